"""The fields that a generateContent request may have, in camelCase; the provider takes snake_case as well.

One that it does not know makes the provider refuse the whole batch: "no such field".
"""

from __future__ import annotations


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


REQUEST = _names(
    "model contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent store "
    "serviceTier"
)
GENERATION = _names(
    "stopSequences responseMimeType responseSchema responseJsonSchema responseModalities candidateCount "
    "maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs "
    "enableEnhancedCivicAnswers speechConfig thinkingConfig imageConfig mediaResolution responseFormat"
)
CONTENT = frozenset({"parts", "role"})
PART = _names(
    "text inlineData fileData functionCall functionResponse executableCode codeExecutionResult thought "
    "thoughtSignature videoMetadata mediaResolution partMetadata toolCall toolResponse"
)
SAFETY = frozenset({"category", "threshold", "method"})
#: The fields of messages that stand inside a generation config or a part.
NESTED = {
    "thinkingConfig": frozenset({"includeThoughts", "thinkingBudget", "thinkingLevel"}),
    "inlineData": frozenset({"mimeType", "data", "displayName"}),
    "fileData": frozenset({"mimeType", "fileUri", "displayName"}),
}
