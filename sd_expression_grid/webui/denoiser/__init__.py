"""What happens within the denoiser's calls."""
