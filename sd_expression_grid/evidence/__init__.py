"""What the pictures themselves say: how far faces moved from their neutral ones. Triage beside the ratings."""
