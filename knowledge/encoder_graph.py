"""all-MiniLM-L6-v2 as an ONNX graph, written from its published weights: no framework, no exporter.

Architecture: BERT with 6 layers, 12 heads, hidden size 384 (Wang et al. 2020, MiniLM), mean pooling over the attention mask, L2 norm
(Reimers and Gurevych 2019, Sentence-BERT). The constants are those of the model's ``config.json``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Weights = Mapping[str, "NDArray[np.float32]"]

LAYERS, HEADS, HIDDEN = 6, 12, 384
HEAD = HIDDEN // HEADS
EPSILON = 1e-12
OPSET, IR_VERSION = 20, 10


def build(weights: Weights) -> Any:
    """The encoder as an ``onnx.ModelProto``.

    Inputs: ``input_ids`` and ``attention_mask``, int64 (batch, tokens). Outputs: ``embedding``, unit float32 (batch, 384), and ``states``,
    each token's float32 (batch, tokens, 384), whose mean over the tokens that are there is the embedding before its length becomes 1.
    """
    from onnx import TensorProto, helper

    graph = _Graph()
    hidden = _embed(graph, weights)
    bias = _mask_bias(graph)
    for layer in range(LAYERS):
        hidden = _layer(graph, weights, f"encoder.layer.{layer}.", hidden, bias)
    _pool(graph, graph.node("Identity", hidden, name="states"))
    tokens = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    shapes: dict[str, list[str | int | None]] = {"embedding": ["batch", HIDDEN], "states": ["batch", "tokens", HIDDEN]}
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", tokens, outputs, graph.initializers)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="usher")
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})  # nothing to fold: the quantizer need not warn
    return model


class _Graph:
    """Nodes and initializers in order; every node gives one named value."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def node(self, op: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        output = name or f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], name=f"node_{output}", **attributes))
        return output

    def constant(self, name: str, value: "NDArray[Any]") -> str:
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def ints(self, *values: int) -> str:
        import numpy as np

        return self.constant(f"ints_{len(self.initializers)}", np.array(values, np.int64))

    def scalar(self, value: float) -> str:
        import numpy as np

        return self.constant(f"scalar_{len(self.initializers)}", np.array(value, np.float32))

    def dense(self, name: str, weight: "NDArray[np.float32]", bias: "NDArray[np.float32]", value: str) -> str:
        """``value @ weightᵀ + bias``, ``weight`` as PyTorch keeps it: (out, in)."""
        product = self.node("MatMul", value, self.constant(f"{name}.weight", weight.T.copy()))
        return self.node("Add", product, self.constant(f"{name}.bias", bias))

    def norm(self, weights: Weights, name: str, value: str) -> str:
        scale, shift = (self.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.node("LayerNormalization", value, scale, shift, axis=-1, epsilon=EPSILON)


def _embed(graph: _Graph, weights: Weights) -> str:
    words = graph.node("Gather", graph.constant("words", weights["embeddings.word_embeddings.weight"]), "input_ids")
    one_segment = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = graph.node("Shape", "input_ids", start=1, end=2)
    positions = graph.node("Slice", graph.constant("positions", one_segment), graph.ints(0), length, graph.ints(0))
    return graph.norm(weights, "embeddings.LayerNorm", graph.node("Add", words, positions))


def _mask_bias(graph: _Graph) -> str:
    """0 where a token may be attended to, -10,000 where there is padding; (batch, 1, 1, tokens)."""
    mask = graph.node("Cast", "attention_mask", name="mask", to=1)
    absent = graph.node("Sub", graph.scalar(1.0), mask)
    return graph.node("Unsqueeze", graph.node("Mul", absent, graph.scalar(-1e4)), graph.ints(1, 2))


def _layer(graph: _Graph, weights: Weights, at: str, hidden: str, bias: str) -> str:
    attended = _dense(graph, weights, f"{at}attention.output.dense", _attention(graph, weights, f"{at}attention.self.", hidden, bias))
    hidden = graph.norm(weights, f"{at}attention.output.LayerNorm", graph.node("Add", attended, hidden))
    inner = graph.node("Gelu", _dense(graph, weights, f"{at}intermediate.dense", hidden))
    outer = _dense(graph, weights, f"{at}output.dense", inner)
    return graph.norm(weights, f"{at}output.LayerNorm", graph.node("Add", outer, hidden))


def _dense(graph: _Graph, weights: Weights, name: str, value: str) -> str:
    return graph.dense(name, weights[f"{name}.weight"], weights[f"{name}.bias"], value)


def _attention(graph: _Graph, weights: Weights, at: str, hidden: str, bias: str) -> str:
    """Scaled dot-product attention; query, key and value come of one product, the scale 1/√32 folded into the query."""
    import numpy as np

    scale = np.float32(HEAD**-0.5)
    parts = [("query", scale), ("key", np.float32(1)), ("value", np.float32(1))]
    weight = np.concatenate([weights[f"{at}{name}.weight"] * factor for name, factor in parts])
    shift = np.concatenate([weights[f"{at}{name}.bias"] * factor for name, factor in parts])
    joint = graph.dense(f"{at}qkv", weight, shift, hidden)
    query, key, value = (_heads(graph, joint, part) for part in range(3))
    keys = graph.node("Transpose", key, perm=[0, 1, 3, 2])
    scores = graph.node("Add", graph.node("MatMul", query, keys), bias)
    mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
    return graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), graph.ints(0, 0, HIDDEN))


def _heads(graph: _Graph, joint: str, part: int) -> str:
    """The part-th third of the joint product as (batch, heads, tokens, 32)."""
    cut = graph.node("Slice", joint, graph.ints(part * HIDDEN), graph.ints((part + 1) * HIDDEN), graph.ints(2))
    return graph.node("Transpose", graph.node("Reshape", cut, graph.ints(0, 0, HEADS, HEAD)), perm=[0, 2, 1, 3])


def _pool(graph: _Graph, hidden: str) -> None:
    """Mean over the tokens that are there, then length 1."""
    present = graph.node("Unsqueeze", "mask", graph.ints(2))
    total = graph.node("ReduceSum", graph.node("Mul", hidden, present), graph.ints(1), keepdims=0)
    mean = graph.node("Div", total, graph.node("ReduceSum", present, graph.ints(1), keepdims=0))
    length = graph.node("ReduceL2", mean, graph.ints(1), keepdims=1)
    graph.node("Div", mean, length, name="embedding")
