"""What differs from a model of the scene, which learns."""
