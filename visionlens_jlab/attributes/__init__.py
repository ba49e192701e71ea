"""Visual attributes: questions to vision-language models, and how far answers can be trusted."""
