"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const sound = find("sound"), main = find("text"), seek = find("seek"), speed = find("speed"), sleep = find("sleep");
  const chapters = [...main.querySelectorAll("section")].map((section) => ({
    section,
    source: section.dataset.src,
    seconds: section.dataset.ms / 1000,
    title: section.dataset.title,
    link: document.querySelector('#contents a[href="#' + section.id + '"]'),
  }));
  const SKIP = 15, NEAR = 3, FADE = 8, SAVE_EVERY = 5000;

  // A browser may forbid storage, above all to pages opened as files; the player then merely forgets.
  const key = "audiobook:" + document.body.dataset.book;
  const recall = (name) => {
    try { return JSON.parse(localStorage.getItem(name)) || {}; } catch { return {}; }
  };
  const remember = (name, value) => {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* see above */ }
  };

  let at = 0;
  let sentences = [], starts = [], current = -1, word = -1;
  let waiting = null; // seconds to go to once the length of the file is known
  let following = true, quietUntil = 0, savedAt = 0;
  let sleepAt = 0; // milliseconds of the clock at which the sleep timer stops the voice; 0 is off
  let wanted = false; // the listener wants to hear it

  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds)), hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60, rest = String(whole % 60).padStart(2, "0");
    return hours ? hours + ":" + String(minutes).padStart(2, "0") + ":" + rest : minutes + ":" + rest;
  };
  const say = (text, problem = false) => {
    find("status").textContent = text;
    find("status").classList.toggle("problem", problem);
  };
  const time = () => (waiting === null ? sound.currentTime : waiting);
  // Browsers before 2023 know no popovers: there the chapters stand above the text.
  const popovers = "popover" in HTMLElement.prototype;
  const opened = (element) => popovers && element.matches(":popover-open");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // Which sentence and word are said.

  const sentenceAt = (ms) => {
    let low = 0, high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= ms + 1) low = middle + 1; else high = middle;
    }
    return Math.max(0, low - 1);
  };

  const light = (on) => {
    const element = sentences[current];
    if (!element) return;
    element.classList.toggle("now", on);
    if (on) element.setAttribute("aria-current", "true"); else element.removeAttribute("aria-current");
  };

  const inView = (element) => {
    const box = element.getBoundingClientRect(), floor = find("player").getBoundingClientRect().top;
    return box.bottom > 0 && box.top < floor;
  };

  const scrollToVoice = (force) => {
    const element = sentences[current];
    if (!element) return;
    const box = element.getBoundingClientRect(), floor = find("player").getBoundingClientRect().top;
    if (!force && box.top > floor * 0.12 && box.bottom < floor * 0.75) return;
    quietUntil = performance.now() + 1200;
    scrollBy({ top: box.top - floor * 0.3, behavior: calm.matches ? "auto" : "smooth" });
  };

  // Words in other languages are elements of their own, so that a sentence may have several texts.
  const textAt = (element, index, ends) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let text = texts.nextNode(), before = 0;
    while (before + text.length < index + !ends) {
      before += text.length;
      text = texts.nextNode();
    }
    return [text, index - before];
  };

  const markWord = (ms) => {
    if (!("highlights" in CSS)) return;
    const element = sentences[current];
    const given = element && element.dataset.words;
    let index = -1;
    if (given && ms + 1 >= starts[current]) {
      element.places ??= given.split(" ").map(Number);
      const places = element.places, since = ms + 1 - starts[current];
      while ((index + 1) * 2 < places.length && places[(index + 1) * 2 + 1] <= since) index += 1;
    }
    if (index === word) return;
    word = index;
    CSS.highlights.delete("word");
    if (index < 0) return;
    const places = element.places, text = element.textContent, from = places[index * 2];
    const until = index * 2 + 2 < places.length ? places[index * 2 + 2] : text.length;
    const range = new Range();
    range.setStart(...textAt(element, from, false));
    range.setEnd(...textAt(element, from + text.slice(from, until).trimEnd().length, true));
    CSS.highlights.set("word", new Highlight(range));
  };

  const show = () => {
    const ms = time() * 1000, index = starts.length ? sentenceAt(ms) : -1;
    if (index !== current) {
      light(false);
      current = index;
      word = -2;
      light(true);
      if (following && find("follow").checked) scrollToVoice(false);
    }
    markWord(ms);
  };

  const draw = () => {
    const chapter = chapters[at], now = Math.min(time(), chapter.seconds);
    const rest = chapter.seconds - now + chapters.slice(at + 1).reduce((sum, each) => sum + each.seconds, 0);
    seek.value = Math.floor(now);
    seek.setAttribute("aria-valuetext", clock(now) + " of " + clock(chapter.seconds));
    find("elapsed").textContent = clock(now);
    find("left").textContent = "−" + clock(chapter.seconds - now);
    const timer = sleepAt ? ", sleep in " + clock((sleepAt - Date.now()) / 1000 + 0.5) : "";
    find("rest").textContent =
      "Chapter " + (at + 1) + " of " + chapters.length + ", " + clock(rest / sound.defaultPlaybackRate) + " left" + timer;
  };

  // Going to places.

  const save = () => {
    savedAt = Date.now();
    remember(key, { chapter: at, seconds: time() });
  };

  const session = "mediaSession" in navigator ? navigator.mediaSession : null;

  const tellSession = () => {
    if (!session || !("MediaMetadata" in window)) return;
    session.metadata = new MediaMetadata({
      title: chapters[at].title,
      artist: find("author") ? find("author").textContent : "",
      album: find("title").textContent,
      artwork: [{ src: find("cover").src, sizes: "480x480", type: "image/jpeg" }],
    });
  };

  const tellPosition = () => {
    if (!session || !session.setPositionState || !Number.isFinite(sound.duration)) return;
    const position = Math.min(time(), sound.duration);
    session.setPositionState({ duration: sound.duration, playbackRate: sound.defaultPlaybackRate, position });
  };

  const start = () => {
    wanted = true;
    sound.play().catch((error) => {
      // Another chapter was opened meanwhile, which starts by itself.
      if (error.name === "AbortError") return;
      wanted = false;
      if (error.name === "NotAllowedError") say("Press play to hear the book", true);
    });
  };

  const stop = () => { wanted = false; sound.pause(); };

  const goTo = (seconds) => {
    const place = Math.min(Math.max(0, seconds), chapters[at].seconds);
    if (sound.readyState && waiting === null) sound.currentTime = place; else waiting = place;
    following = true;
    find("return").hidden = true;
    show();
    draw();
    tellPosition();
    save();
  };

  const open = (index, seconds = 0) => {
    const changed = chapters[index] !== chapters[at] || !sound.src;
    if (changed) {
      at = index;
      chapters.forEach((chapter, number) => {
        if (number === at) chapter.section.removeAttribute("hidden");
        else chapter.section.setAttribute("hidden", "until-found");
        if (number === at) chapter.link.setAttribute("aria-current", "true");
        else chapter.link.removeAttribute("aria-current");
      });
      light(false);
      sentences = [...chapters[at].section.querySelectorAll(".s")];
      starts = sentences.map((element) => Number(element.dataset.at));
      current = -1;
      seek.max = Math.floor(chapters[at].seconds);
      find("previous").disabled = false;
      find("next").disabled = at === chapters.length - 1;
      waiting = seconds;
      say("");
      sound.src = chapters[at].source;
      tellSession();
      if (wanted) start();
    }
    goTo(seconds);
    if (changed) {
      quietUntil = performance.now() + 1200;
      if (seconds < 1) scrollTo(0, 0); else scrollToVoice(true);
    }
  };

  const skip = (seconds) => {
    const place = time() + seconds;
    if (place < 0 && at) open(at - 1, Math.max(0, chapters[at - 1].seconds + place));
    else if (place >= chapters[at].seconds && at + 1 < chapters.length) open(at + 1, place - chapters[at].seconds);
    else goTo(place);
  };

  const previous = () => { if (time() > NEAR || !at) goTo(0); else open(at - 1); };
  const next = () => { if (at + 1 < chapters.length) open(at + 1); };
  const toggle = () => { if (sound.paused) start(); else stop(); };
  const sentence = (step) => {
    const to = current + step;
    if (to >= 0 && to < starts.length) goTo(starts[to] / 1000);
    else if (to < 0) previous(); else next();
  };

  const setSpeed = (value) => {
    // Loading a file falls back to the default rate, so both are set.
    sound.defaultPlaybackRate = sound.playbackRate = Number(value);
    speed.value = String(value);
    tellPosition();
    draw();
  };
  const changeSpeed = (step) => {
    const to = speed.selectedIndex + step;
    if (to < 0 || to >= speed.options.length) return;
    setSpeed(speed.options[to].value);
    speed.dispatchEvent(new Event("change"));
  };

  // The sleep timer counts by the clock and is looked at while the voice speaks, for phones put timers to sleep.

  const setSleep = () => {
    const minutes = Number(sleep.value);
    sleepAt = minutes ? Date.now() + minutes * 60000 : 0;
    sound.volume = 1;
    draw();
    say(sleep.value === "chapter" ? "Sleep at the end of the chapter" : minutes ? "Sleep in " + minutes + " minutes" : "No sleep timer");
  };
  const endSleep = () => { sleep.value = ""; sleepAt = 0; sound.volume = 1; };
  const minuteSleep = () => {
    if (!sleepAt) return;
    const left = (sleepAt - Date.now()) / 1000;
    sound.volume = Math.min(1, Math.max(0, left / FADE));
    if (left <= 0) { stop(); endSleep(); }
  };

  // The sound tells.

  sound.addEventListener("loadedmetadata", () => {
    if (waiting !== null) { sound.currentTime = waiting; waiting = null; }
    sound.playbackRate = sound.defaultPlaybackRate;
    tellPosition();
  });
  const state = () => {
    const playing = !sound.paused;
    document.body.classList.toggle("playing", playing);
    find("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    if (session) session.playbackState = playing ? "playing" : "paused";
    if (playing) requestAnimationFrame(step);
  };
  const step = () => {
    show();
    if (!sound.paused) requestAnimationFrame(step);
  };
  sound.addEventListener("play", () => { wanted = true; say(""); state(); });
  sound.addEventListener("pause", () => {
    if (!sound.ended) wanted = false;
    state();
    save();
  });
  sound.addEventListener("timeupdate", () => {
    minuteSleep();
    show();
    draw();
    if (Date.now() - savedAt > SAVE_EVERY) save();
  });
  sound.addEventListener("seeked", () => { show(); draw(); });
  sound.addEventListener("ended", () => {
    const asleep = sleep.value === "chapter";
    if (asleep) { wanted = false; endSleep(); }
    if (at + 1 < chapters.length) open(at + 1); else { wanted = false; state(); }
  });
  sound.addEventListener("error", () => {
    wanted = false;
    state();
    say("The file " + chapters[at].source + " cannot be played. It must lie beside this page.", true);
  });

  // The listener asks.

  for (const [id, action] of Object.entries({
    play: toggle, back: () => skip(-SKIP), forward: () => skip(SKIP), previous, next,
    return: () => { following = true; find("return").hidden = true; scrollToVoice(true); },
  })) find(id).addEventListener("click", action);
  seek.addEventListener("input", () => goTo(Number(seek.value)));
  speed.addEventListener("change", () => {
    setSpeed(speed.value);
    say("Speed " + speed.value);
    keepChoices();
  });
  sleep.addEventListener("change", setSleep);
  main.addEventListener("click", (event) => {
    const element = event.target.closest(".s"), index = sentences.indexOf(element);
    // Whoever marks text to copy it does not want to go there.
    if (index >= 0 && getSelection().isCollapsed) goTo(starts[index] / 1000);
  });
  chapters.forEach((chapter, number) => {
    chapter.link.addEventListener("click", (event) => {
      event.preventDefault();
      if (opened(find("contents"))) find("contents").hidePopover();
      open(number);
      say(chapter.title);
    });
    chapter.section.addEventListener("beforematch", () => open(number));
  });
  addEventListener("scroll", () => {
    if (performance.now() < quietUntil || !sentences[current]) return;
    following = inView(sentences[current]);
    find("return").hidden = following;
  }, { passive: true });
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });

  const KEYS = {
    " ": toggle, k: toggle, ArrowLeft: () => skip(-SKIP), ArrowRight: () => skip(SKIP), j: () => skip(-SKIP), l: () => skip(SKIP),
    ",": () => sentence(-1), ".": () => sentence(1), p: previous, n: next,
    "-": () => changeSpeed(-1), "+": () => changeSpeed(1), "=": () => changeSpeed(1),
    c: () => {
      if (popovers && getComputedStyle(find("contents")).position === "fixed") find("contents").togglePopover();
      chapters[at].link.focus();
    },
    d: () => {
      const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
      find("theme").value = dark ? "light" : "dark";
      applyChoices();
      keepChoices();
    },
    w: () => {
      find("who").selectedIndex = (find("who").selectedIndex + 1) % find("who").options.length;
      say("Speakers: " + find("who").selectedOptions[0].text);
      applyChoices();
      keepChoices();
    },
    "?": () => popovers && find("settings").togglePopover(),
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!find("keys").checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (target.matches("input, select, textarea")) return;
    if (event.key === " " && target.matches("button, a, summary")) return;
    const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  // Choices hold for all books, places for one.

  const keepChoices = () => remember("audiobook", {
    speed: speed.value, theme: find("theme").value, size: find("size").value, who: find("who").value,
    follow: find("follow").checked, keys: find("keys").checked,
  });
  const applyChoices = () => {
    const root = document.documentElement, theme = find("theme").value;
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    root.dataset.who = find("who").value;
    root.style.setProperty("--size", find("size").value / 100);
  };
  for (const id of ["theme", "who", "size", "follow", "keys"]) {
    find(id).addEventListener("input", () => { applyChoices(); keepChoices(); });
  }
  if (session) {
    for (const [name, action] of Object.entries({
      play: start, pause: stop, previoustrack: previous, nexttrack: next,
      seekbackward: (event) => skip(-(event.seekOffset || SKIP)), seekforward: (event) => skip(event.seekOffset || SKIP),
      seekto: (event) => goTo(event.seekTime),
    })) {
      try { session.setActionHandler(name, action); } catch { /* this browser does not know the action */ }
    }
  }

  const begin = () => {
    // Before anything is measured, for laying out a whole book takes seconds.
    for (const chapter of chapters) chapter.section.setAttribute("hidden", "until-found");
    const choices = recall("audiobook"), place = recall(key);
    const has = (select, value) => [...select.options].some((option) => option.value === value);
    if (has(find("theme"), choices.theme)) find("theme").value = choices.theme;
    if (has(find("who"), choices.who)) find("who").value = choices.who;
    if (Number(choices.size)) find("size").value = choices.size;
    if (choices.follow === false) find("follow").checked = false;
    if (choices.keys === false) find("keys").checked = false;
    applyChoices();
    setSpeed(has(speed, choices.speed) ? choices.speed : 1);
    document.body.classList.add("ready");
    find("player").hidden = false;
    history.scrollRestoration = "manual";
    const bar = () => document.documentElement.style.setProperty("--bar", find("player").offsetHeight + "px");
    bar();
    if ("ResizeObserver" in window) new ResizeObserver(bar).observe(find("player"));
    const linked = chapters.findIndex((chapter) => "#" + chapter.section.id === location.hash);
    if (linked >= 0) open(linked);
    else if (chapters[place.chapter]) open(place.chapter, Number(place.seconds) || 0);
    else open(0);
  };
  begin();
})();
