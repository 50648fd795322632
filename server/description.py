"""The op table and networks, written out for the wire."""

from latex2mathml.converter import convert

from model.config import InitConfig
from model.initialization import starts
from model.network import Call, Contribution, Network
from model.ops import OPS, Op, Source
from model.paths import PATHS
from server.schemas.network import (
    ActivationInfo,
    BatchNormInfo,
    CallInfo,
    CallInput,
    ContributionInfo,
    GradientInfo,
    NetworkInfo,
    ParameterInfo,
    PathInfo,
)
from server.schemas.ops import Formula, OpBackward, OpForward, OpInfo, OpInput, OpOutput, RemarkInfo, SourceInfo

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
            OpInput(name=operand, shape=shape, differentiable=operand in op.backward, meaning=op.meanings.get(operand))
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
                sources=_sources(rule.sources),
            )
            for operand, rule in op.backward.items()
        ],
        why=op.why,
        sources=_sources(op.sources),
    )


def _sources(sources: tuple[Source, ...]) -> list[SourceInfo]:
    return [SourceInfo.model_validate(source) for source in sources]


def _formula(latex: str) -> Formula:
    mathml = convert(latex, display="block")
    # The d of a gradient is upright; a single letter alone is set in italics, as variables are.
    return Formula(latex=latex, mathml=mathml.replace(ITALIC_D, '<mi mathvariant="normal">d</mi>'))


def describe_network(network: Network, init: InitConfig) -> NetworkInfo:
    """A network's calls, where each of its gradients comes from, and how its parameters start."""
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
        parameters=[
            ParameterInfo(
                name=name,
                shape=list(network.tensors[name].shape),
                code=start.code,
                why=start.why,
                sources=_sources(start.sources),
            )
            for name, start in starts(network, init).items()
        ],
        batch_norms=[BatchNormInfo.model_validate(norm) for norm in network.batch_norms],
        activations=[ActivationInfo.model_validate(activation) for activation in network.activations],
        paths={
            name: PathInfo(title=path.title, formula=_formula(path.latex), code=path.code, why=path.why)
            for name, path in PATHS.items()
        },
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
    note = network.note_on(contribution)
    return ContributionInfo(
        name=contribution.name,
        call=contribution.call.index,
        operand=contribution.operand,
        via=contribution.call.output,
        code=contribution.code,
        textbook_code=contribution.textbook_code,
        note=None if note is None else RemarkInfo.model_validate(note),
        known_at=network.tensors[contribution.name].known_at,
    )
