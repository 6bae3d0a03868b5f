"""The bundled plugins; each uses only what a third party's plugin can use."""
