"""The terms that W3C documents define in the namespace of PROV, to tell misspelt ones."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from pyoxigraph import NamedNode

from whence.ontology.namespaces import PROV

__all__ = ["TERMS", "is_misspelt", "link", "meant"]

_PROV_O_TERMS: Final = """
    Activity ActivityInfluence Agent AgentInfluence Association Attribution Bundle Collection
    Communication Delegation Derivation EmptyCollection End Entity EntityInfluence Generation Influence
    InstantaneousEvent Invalidation Location Organization Person Plan PrimarySource Quotation Revision
    Role SoftwareAgent Start Usage

    actedOnBehalfOf activity agent alternateOf atLocation atTime endedAtTime entity generated
    generatedAtTime hadActivity hadGeneration hadMember hadPlan hadPrimarySource hadRole hadUsage
    influenced influencer invalidated invalidatedAtTime qualifiedAssociation qualifiedAttribution
    qualifiedCommunication qualifiedDelegation qualifiedDerivation qualifiedEnd qualifiedGeneration
    qualifiedInfluence qualifiedInvalidation qualifiedPrimarySource qualifiedQuotation
    qualifiedRevision qualifiedStart qualifiedUsage specializationOf startedAtTime used value
    wasAssociatedWith wasAttributedTo wasDerivedFrom wasEndedBy wasGeneratedBy wasInfluencedBy
    wasInformedBy wasInvalidatedBy wasQuotedFrom wasRevisionOf wasStartedBy
    """
_DICTIONARY_TERMS: Final = """
    Dictionary EmptyDictionary Insertion KeyEntityPair Removal derivedByInsertionFrom
    derivedByRemovalFrom dictionary hadDictionaryMember insertedKeyEntityPair pairEntity pairKey
    qualifiedInsertion qualifiedRemoval removedKey
    """
# Names for the other direction, PROV-O appendix B.
_INVERSES: Final = """
    activityOfInfluence agentOfInfluence contributed ended entityOfInfluence generalizationOf
    generatedAsDerivation hadDelegate hadDerivation hadInfluence hadRevision informed locationOf
    qualifiedAssociationOf qualifiedAttributionOf qualifiedCommunicationOf qualifiedDelegationOf
    qualifiedDerivationOf qualifiedEndOf qualifiedGenerationOf qualifiedInfluenceOf
    qualifiedInvalidationOf qualifiedQuotationOf qualifiedRevisionOf qualifiedSourceOf
    qualifiedStartOf qualifiedUsingActivity quotedAs started wasActivityOfInfluence wasAssociateFor
    wasMemberOf wasPlanOf wasPrimarySourceOf wasRoleIn wasUsedBy wasUsedInDerivation
    """
# What PROV-O's own file says of terms.
_ABOUT: Final = """
    aq category component constraints definition dm editorialNote editorsDefinition inverse n order
    qualifiedForm sharesDefinitionWith todo unqualifiedForm
    """
# PROV-AQ.
_AQ: Final = """
    DirectQueryService ServiceDescription describesService has_anchor has_provenance
    has_query_service pingback provenanceUriTemplate
    """
# PROV-DC.
_DC: Final = """
    Accept Contribute Contributor Copyright Create Creator Modify Publish Publisher Replace
    RightsAssignment RightsHolder Submit
    """
_NAMESPACE: Final = str(PROV)
_PROV_O: Final = frozenset(_PROV_O_TERMS.split())
_DICTIONARY: Final = frozenset(_DICTIONARY_TERMS.split())
_LINKS: Final = frozenset({"asInBundle", "mentionOf"})
# Attributes of PROV-DM are written in RDF by some as they are called there.
_OTHERS: Final = frozenset({"label", "location", "role", "type"}).union(
    *(names.split() for names in (_INVERSES, _ABOUT, _AQ, _DC))
)
_EVERY: Final = _PROV_O | _DICTIONARY | _LINKS | _OTHERS

TERMS: Final = frozenset(PROV[name] for name in _EVERY)
"""Every term that is defined."""


def is_misspelt(term: object) -> bool:
    """Whether a term is an IRI in the namespace of PROV that nothing defines."""
    return isinstance(term, NamedNode) and term not in TERMS and term.value.startswith(_NAMESPACE)


def meant(term: NamedNode, *, as_class: bool) -> NamedNode | None:
    """The class or property that a misspelt term was probably meant to be."""
    name = term.value.removeprefix(_NAMESPACE)
    known = [known for known in _known() if known[:1].isupper() == as_class]
    by_small = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), by_small, 1, 0.75)
    return PROV[by_small[close[0]]] if close else None


def link(term: NamedNode) -> str:
    """The section of the specification that defines a term, or nothing."""
    name = term.value.removeprefix(_NAMESPACE)
    if name in _PROV_O:
        return f"https://www.w3.org/TR/prov-o/#{name}"
    if name in _DICTIONARY:
        return "https://www.w3.org/TR/prov-dictionary/"
    return "https://www.w3.org/TR/prov-links/" if name in _LINKS else ""


def _known() -> Iterable[str]:
    return sorted(_PROV_O | _DICTIONARY | _LINKS)
