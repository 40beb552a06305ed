"""The schema of a policy file and of a pack: every field, its type and its words.

Knows one file at a time. What spans files or needs a date is `meaning` and `check`;
what a field does to a call is `checks` and `engine`. An unknown field is an error,
because a field that is ignored is a rule that does not exist.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from affidavit.policy.budget_model import Budgets, Obligations, Price
from affidavit.policy.fields import (
    Day,
    FinalFields,
    Hosts,
    Key,
    Kinds,
    Name,
    Names,
    OneOrMany,
    Origins,
    PackTerms,
    ParameterTest,
    Presence,
    Providers,
    PurposeName,
    RuleId,
    ScoreTest,
    Text,
    wrong,
)
from affidavit.policy.in_force import Level, ModelKind, RuleEffect, Severity
from affidavit.policy.nearest import shown, suggestion
from affidavit.policy.part import Part

ANY = "any"
"""The `provider` of a pack whose rules hold whoever the provider is."""


class TrainsModel(Part):
    """The model that a purpose develops with output; labelling and rating count."""

    kind: ModelKind = Field(description="What the model is for.")
    distributed: bool = Field(
        description="Whether third parties get it or can use it commercially."
    )
    competing: bool | None = Field(
        None, description="Whether it competes with the provider's models."
    )
    within_provider: bool = Field(
        default=False,
        description="Whether it is customised within the provider's own services.",
    )


class EvaluatesModel(Part):
    """The model that a purpose evaluates with output."""

    competing: bool = Field(
        description="Whether it competes with the provider's models."
    )


class Approval(Part):
    """Who approved something, when, and where that is written down."""

    by: Names = Field(description="Who approved it.")
    ticket: Name = Field(description="Where the approval is written down.")
    date: Day = Field(description="When it was approved: 2026-11-22.")


class Purpose(Part):
    """Why calls are made, who answers for them and what they may use."""

    description: Text | None = Field(None, description="What the calls are for.")
    owner: Name | None = Field(None, description="Who answers for the purpose.")
    models: Names | None = Field(
        None,
        description="Models it may use, as patterns. A call that names no model is "
        "matched by `*` alone.",
    )
    endpoints: Names | None = Field(
        None, description="Endpoints it may use, as patterns: `responses`, `chat.*`."
    )
    expires: Day | None = Field(
        None, description="Last valid day, inclusive, in UTC: 2027-03-31."
    )
    activities: Names | None = Field(
        None,
        description="Activities that belong to it. Any other that a detector reports "
        "is a finding `purpose_mismatch` and a warning.",
    )
    trains_model: TrainsModel | None = Field(
        None, description="The model that it develops with output, if any."
    )
    evaluates_model: EvaluatesModel | None = Field(
        None, description="The model that it evaluates with output, if any."
    )
    data: Names | None = Field(
        None, description="Kinds of data that it sends, in your own words."
    )
    approval: Approval | None = Field(
        None, description="Who approved the purpose. It decides nothing."
    )
    budget: Budgets | None = Field(
        None,
        description="What it may use up: `{requests: 50000/day}`, or a list of such. "
        "Each of them holds.",
    )
    obligations: Obligations | None = Field(
        None, description="What is done to its calls before they leave."
    )
    final: FinalFields | None = Field(
        None,
        description="True, or fields that a file which extends this one can only "
        "narrow: fewer models, an earlier last day.",
    )

    @field_validator("final")
    @classmethod
    def _are_fields(cls, value: FinalFields | None) -> FinalFields | None:
        for name in value if isinstance(value, tuple) else ():
            fields = [field for field in cls.model_fields if field != "final"]
            if name not in fields:
                remedy = suggestion(name, fields) or f"Fields: {', '.join(fields)}."
                raise wrong(f"{shown(name)} is no field of a purpose", remedy)
        return value


class TrainsModelTest(Part):
    """What to look for in a purpose's `trains_model`; `{}` is any model at all."""

    kind: Kinds | None = Field(None, description="One of these kinds.")
    distributed: bool | None = Field(None, description="Exactly this.")
    competing: bool | None = Field(
        None, description="Exactly this; a purpose that does not say matches neither."
    )
    within_provider: bool | None = Field(None, description="Exactly this.")


class EvaluatesModelTest(Part):
    """What to look for in a purpose's `evaluates_model`; `{}` is any model at all."""

    competing: bool | None = Field(None, description="Exactly this.")


class Condition(Part):
    """Matches when all of its keys match."""

    purpose: OneOrMany | None = Field(None, description="Declared purpose, patterns.")
    model: OneOrMany | None = Field(None, description="Requested model, patterns.")
    endpoint: OneOrMany | None = Field(None, description="Endpoint, patterns.")
    provider: Providers | None = Field(
        None, description="Who answers at the host; `other` where unknown."
    )
    host: Hosts | None = Field(None, description="Host name, patterns.")
    finding: dict[Key, ScoreTest] | None = Field(
        None,
        min_length=1,
        description="Kind of finding and its highest score, as in "
        '`{dataset_generation: ">= 0.8"}`; 0 when there is none.',
    )
    activity: OneOrMany | None = Field(
        None, description="An activity that any finding reports, patterns."
    )
    parameter: dict[Key, ParameterTest] | None = Field(
        None,
        min_length=1,
        description='Request parameter, as in `{n: "> 1", logprobs: true}`. One that '
        "the call does not carry matches nothing.",
    )
    trains_model: TrainsModelTest | None = Field(
        None, description="The purpose trains such a model."
    )
    evaluates_model: EvaluatesModelTest | None = Field(
        None, description="The purpose evaluates such a model."
    )
    data: OneOrMany | None = Field(
        None, description="The purpose sends one of these kinds of data, patterns."
    )
    safety_id: Presence | None = Field(
        None, description="Whether the call carries a `safety_identifier`."
    )
    subject: Presence | None = Field(
        None, description="Whether the call says on whose behalf it is made (`user`)."
    )
    when: Text | None = Field(
        None,
        description="A CEL expression that must be true, as in "
        "`request.model.size() > 8`. Its names are in docs/policy.md; needs the extra "
        "`cel`.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if not self.model_fields_set:
            raise wrong("an empty condition would match every call")
        return self


Conditions: TypeAlias = Annotated[tuple[Condition, ...], Field(min_length=1)]


class Rule(Part):
    """One rule: when it matches, what it asks for, and why."""

    id: RuleId = Field(description="Name of the rule: small letters, digits, hyphens.")
    clause: Name | None = Field(
        None,
        description="The clause it rests on: openai-services-agreement/3.3(e).",
    )
    effect: RuleEffect = Field(description="Deny beats review beats warn beats allow.")
    level: Level = Field(
        Level.HARD, description="How far the rule may be set aside; hard: not at all."
    )
    any_of: Conditions | None = Field(
        None, alias="any", description="At least one of these must match."
    )
    all_of: Conditions | None = Field(
        None, alias="all", description="Each of these must match."
    )
    none_of: Conditions | None = Field(
        None, alias="none", description="Not one of these may match."
    )
    message: Text = Field(description="What is said to whoever made the call.")
    remedy: Text | None = Field(None, description="What would make it acceptable.")
    owner: Name | None = Field(None, description="Who answers for the rule.")
    severity: Severity | None = Field(
        None, description="For whoever reads the trail; it decides nothing."
    )
    final: bool = Field(
        default=False,
        description="Whether a file that extends this one can only tighten the rule.",
    )
    waivable_below: bool = Field(
        default=False,
        description="Whether a file that extends this one may waive the rule although "
        "it is final.",
    )
    obligations: Obligations | None = Field(
        None,
        description="What is done to the calls that it matches, if they leave. For "
        "`allow` and `warn`.",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> "Rule":
        if not (self.any_of or self.all_of or self.none_of):
            raise wrong("a rule needs conditions", "Add `any`, `all` or `none`.")
        prohibits = self.effect in (RuleEffect.DENY, RuleEffect.REVIEW)
        if self.level is Level.WAIVABLE and not prohibits:
            raise wrong(
                f"a rule that can only {self.effect.value} has nothing to waive",
                "Use `level: waivable` with deny or review.",
            )
        if self.waivable_below and not (self.final and self.level is Level.WAIVABLE):
            raise wrong(
                "`waivable_below` says nothing of a rule that is not both final and "
                "waivable",
                "Add `final: true` and `level: waivable`, or remove it.",
            )
        if self.obligations is not None and (prohibits or self.level is Level.SHADOW):
            raise wrong(
                "a rule obliges to nothing that lets no call leave, or only tries out",
                "Use `obligations` with `effect: allow` or `warn`.",
            )
        if self.level is Level.ADVISORY and self.effect is RuleEffect.ALLOW:
            raise wrong(
                "an advisory rule only warns, so it cannot allow",
                "Remove `level: advisory`, or use `shadow` to try the rule.",
            )
        return self


class PackRule(Rule):
    """A rule of a pack, which may say that its clause is not confirmed."""

    review: bool = Field(
        default=False,
        description="True while the clause's wording is unconfirmed: the rule decides "
        "as written, its message says so, and `policy check` warns.",
    )


class Waiver(Part):
    """An approved exception from one waivable rule for one purpose."""

    rule: Name = Field(description="Identifier of the rule.")
    purpose: Name = Field(description="The purpose that is excepted.")
    approved_by: Names = Field(description="Who approved it.")
    ticket: Name = Field(description="Where the approval is written down.")
    expires: Day = Field(description="Last valid day, inclusive, in UTC.")


class PolicyFile(Part):
    """What an organisation declares, and what it forbids and allows itself."""

    api_version: Literal["affidavit/v1"] = Field(
        alias="apiVersion", description="The version of this format."
    )
    kind: Literal["Policy"] = Field(description="What the file is.")
    name: Name = Field(description="Name of the policy, as records show it.")
    mode: Literal["enforce", "observe"] = Field(
        "enforce",
        description="Observe refuses nothing and records what enforcing would do.",
    )
    extends: Names | None = Field(
        None,
        description="`pack:<name>`, or a file in this file's directory or below it.",
    )
    origins: Origins | None = Field(
        None,
        description="The only places that calls may go to, as in "
        "`https://api.openai.com`; a redirect too. Without it each client's own "
        "`base_url` is where its calls may go. Of several files' lists, what all name.",
    )
    purposes: dict[PurposeName, Purpose] | None = Field(
        None, min_length=1, description="The purposes that calls may declare."
    )
    rules: tuple[Rule, ...] = Field(
        (), description="Rules, all of which are evaluated."
    )
    waivers: tuple[Waiver, ...] = Field((), description="Approved exceptions.")
    prices: tuple[Price, ...] = Field(
        (),
        description="What models cost you, for budgets of `cost`. The first price that "
        "names a model counts; those of files that this one extends come first.",
    )
    owners: dict[Key, Names] | None = Field(
        None,
        min_length=1,
        description="Who may approve as whom, by owner; `*` for parts that have no "
        "owner. It decides nothing: `policy check --require-approval` asks it.",
    )
    require_signature: bool = Field(
        default=False,
        description="Whether the policy may be in force only while those whom the "
        "settings trust have signed it. The setting `policy_trust` demands it whatever "
        "a policy says.",
    )
    final: tuple[Literal["purposes"], ...] = Field(
        (),
        description="`purposes`: a file that extends this one declares no purpose that "
        "this one does not. `mode` and `origins` are final wherever they stand.",
    )


class PackFile(Part):
    """A provider's terms as rules."""

    api_version: Literal["affidavit/v1"] = Field(
        alias="apiVersion", description="The version of this format."
    )
    kind: Literal["Pack"] = Field(description="What the file is.")
    name: RuleId = Field(
        description="Name of the pack: the file's name before `.yaml`."
    )
    provider: PackTerms = Field(
        description="Whose terms they are: the rules apply to calls that stand under "
        "them, and to calls whose terms nobody knows. `any`: to every call."
    )
    source: Text = Field(description="Which document, and its date.")
    reviewed: Day = Field(description="When somebody last compared the two.")
    rules: Annotated[tuple[PackRule, ...], Field(min_length=1)] = Field(
        description="Rules, all of which are evaluated."
    )
