"""What every wing uses: errors, file names, JSON, HTML templates."""
