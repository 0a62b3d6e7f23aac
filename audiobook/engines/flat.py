"""Convolutions over time as convolutions over pictures of one line, for which ONNX Runtime has faster kernels."""

from __future__ import annotations

from typing import Any

__all__ = ["attributes", "flatten"]

_SEED = "ConvTranspose"
_CONVOLUTIONS = frozenset({"Conv", _SEED})
_MEMBERS = _CONVOLUTIONS | {"Add", "Div", "LeakyRelu", "Tanh"}
_ACROSS = {"kernel_shape": [1], "strides": [1], "dilations": [1], "output_padding": [0]}
"""Attribute of a convolution over time -> its value across the line."""


def flatten(graph: Any) -> None:
    """Give a vocoder a dimension more: each ``ConvTranspose`` and what hangs together with it.

    What enters is raised to four dimensions and what leaves is lowered again; in between the convolutions and all
    that is done number by number run in ONNX Runtime's blocks of channels.
    """
    import onnx

    ranks = {tensor.name: len(tensor.dims) for tensor in graph.initializer}
    members = _members(graph)
    inside = {graph.node[place].output[0] for place in members}
    outside = {value.name for value in graph.output}
    outside.update(name for place, node in enumerate(graph.node) if place not in members for name in node.input)
    graph.initializer.append(onnx.helper.make_tensor("flat_axis", onnx.TensorProto.INT64, [1], [2]))
    make = onnx.helper.make_node
    nodes: list[Any] = []
    raised = set(inside)
    for place, node in enumerate(graph.node):
        if place not in members:
            nodes.append(node)
            continue
        _widen(node)
        for number, name in enumerate(node.input):
            if ranks.get(name, 3) == 3:
                if name not in raised:
                    nodes.append(make("Unsqueeze", [name, "flat_axis"], [f"{name}_flat"]))
                    raised.add(name)
                node.input[number] = f"{name}_flat"
        name = node.output[0]
        node.output[0] = f"{name}_flat"
        nodes.append(node)
        if name in outside:
            nodes.append(make("Squeeze", [f"{name}_flat", "flat_axis"], [name]))
    made = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]  # out of reach of the next line
    del graph.node[:]
    graph.node.extend(made)


def attributes(node: Any) -> dict[str, Any]:
    """Return a node's attributes by name."""
    import onnx

    return {fact.name: onnx.helper.get_attribute_value(fact) for fact in node.attribute}


def _members(graph: Any) -> set[int]:
    """Places of the nodes that are joined to a ``ConvTranspose`` by nodes of the kinds that can be flattened."""
    touching: dict[str, list[int]] = {}
    constant = {tensor.name for tensor in graph.initializer}
    for place, node in enumerate(graph.node):
        if node.op_type in _MEMBERS:
            for name in (*node.input, *node.output):
                touching.setdefault(name, []).append(place)
    members: set[int] = set()
    wanted = [place for place, node in enumerate(graph.node) if node.op_type == _SEED]
    while wanted:
        place = wanted.pop()
        if place not in members:
            members.add(place)
            node = graph.node[place]
            for name in {*node.input, *node.output} - constant:
                wanted.extend(touching[name])
    return members


def _widen(node: Any) -> None:
    """Make a convolution over time one over pictures; other nodes are left as they are."""
    import onnx

    if node.op_type not in _CONVOLUTIONS:
        return
    facts = attributes(node)
    for name, across in _ACROSS.items():
        if name in facts:
            facts[name] = [*across, *facts[name]]
    before, after = facts.get("pads", [0, 0])
    facts["pads"] = [0, before, 0, after]
    del node.attribute[:]
    node.attribute.extend(onnx.helper.make_attribute(name, value) for name, value in facts.items())
