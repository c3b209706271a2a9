"""The register that sandbox mode starts with: believable people, employers, accounts and cases in every state."""
