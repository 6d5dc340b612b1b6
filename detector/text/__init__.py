"""Prompt bytes → keyed fingerprints: template, frame, phrases, topic, elicitation. No text is kept."""

from detector.text.fingerprint import Fingerprinter, Fingerprints

__all__ = ["Fingerprinter", "Fingerprints"]
