"""The Gemini Batch API through google-genai."""
