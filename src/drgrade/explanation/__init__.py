"""Why a photograph got its grade: findings, picture, words."""
