"""The reading room: any stored file as bounded, placed records of text, before anybody knows what they mean."""
