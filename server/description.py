"""The op table and networks, written out for the wire."""

from latex2mathml.converter import convert

from model.network import Call, Contribution, Network
from model.ops import OPS, Op
from server.schemas import (
    ActivationInfo,
    BatchNormInfo,
    CallInfo,
    CallInput,
    ContributionInfo,
    Formula,
    GradientInfo,
    NetworkInfo,
    OpBackward,
    OpForward,
    OpInfo,
    OpInput,
    OpOutput,
)

ITALIC_D = "<mi>&#x00064;</mi>"  # What latex2mathml makes of an upright d


def describe_ops() -> list[OpInfo]:
    """The op table, each formula in LaTeX and MathML."""
    return [_op(name, op) for name, op in OPS.items()]


def _op(name: str, op: Op) -> OpInfo:
    operands = {operand: operand for operand in (*op.inputs, "y")}

    def write(template: str) -> str:
        return template.format(**operands)

    return OpInfo(
        name=name,
        title=op.title,
        inputs=[
            OpInput(name=operand, shape=shape, differentiable=operand in op.backward)
            for operand, shape in zip(op.inputs, op.input_shapes, strict=True)
        ],
        output=OpOutput(name="y", shape=op.output_shape),
        forward=OpForward(formula=_formula(op.latex), code=write(op.code)),
        backward=[
            OpBackward(
                input=operand,
                formula=_formula(rule.latex),
                code=write(rule.code),
                textbook_code=None if rule.textbook_code is None else write(rule.textbook_code),
                why=rule.why,
            )
            for operand, rule in op.backward.items()
        ],
        why=op.why,
    )


def _formula(latex: str) -> Formula:
    mathml = convert(latex, display="block")
    # The d of a gradient is upright; a single letter alone is set in italics, as variables are.
    return Formula(latex=latex, mathml=mathml.replace(ITALIC_D, '<mi mathvariant="normal">d</mi>'))


def describe_network(network: Network) -> NetworkInfo:
    """A network's calls, and where each of its gradients comes from."""
    return NetworkInfo(
        granularity=network.granularity,
        dimensions=dict(network.dimensions),
        ops=network.ops,
        forward_ops=network.forward_ops,
        calls=[_call(call, network) for call in network.calls],
        gradients=[
            GradientInfo(
                name=name,
                tensor=contributions[0].tensor,
                shape=list(network.tensors[name].shape),
                known_at=network.tensors[name].known_at,
                contributions=[_contribution(contribution, network) for contribution in contributions],
            )
            for name, contributions in network.gradients.items()
        ],
        batch_norms=[BatchNormInfo.model_validate(norm) for norm in network.batch_norms],
        activations=[ActivationInfo.model_validate(activation) for activation in network.activations],
    )


def _call(call: Call, network: Network) -> CallInfo:
    return CallInfo(
        index=call.index,
        op=call.op_name,
        layer=call.layer,
        part=call.part,
        inputs=[CallInput(operand=operand, tensor=tensor) for operand, tensor in call.operands.items()],
        output=call.output,
        shape=list(call.shape),
        code=call.code,
        known_at=network.tensors[call.output].known_at,
    )


def _contribution(contribution: Contribution, network: Network) -> ContributionInfo:
    return ContributionInfo(
        name=contribution.name,
        call=contribution.call.index,
        operand=contribution.operand,
        via=contribution.call.output,
        code=contribution.code,
        textbook_code=contribution.textbook_code,
        known_at=network.tensors[contribution.name].known_at,
    )
