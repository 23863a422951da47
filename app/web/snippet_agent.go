package web

// Settings of coding agents. cmd/bodhi's setup writes the same.

const claudeSnippet = `export ANTHROPIC_BASE_URL="§root"
export ANTHROPIC_AUTH_TOKEN="§key"
export ANTHROPIC_API_KEY=""
export ANTHROPIC_MODEL="§model"
export ANTHROPIC_SMALL_FAST_MODEL="§model"
claude`

const codexSnippet = `model = "§model"
model_provider = "bodhi"

[model_providers.bodhi]
name = "Bodhi"
base_url = "§base"
env_key = "BODHI_KEY"
wire_api = "responses"`

const cursorSnippet = `OpenAI API Key:            §key
Override OpenAI Base URL:  §base
Add model:                 §model`

const continueSnippet = `name: Bodhi
version: 1.0.0
schema: v1
models:
  - name: §model
    provider: openai
    model: §model
    apiBase: §base
    apiKey: §key
    roles: [chat, edit, apply]`

const opencodeSnippet = `{
  "provider": {
    "bodhi": {
      "npm": "@ai-sdk/openai-compatible",
      "name": "Bodhi",
      "options": { "baseURL": "§base", "apiKey": "{env:BODHI_KEY}" },
      "models": { "§model": {} }
    }
  }
}`

const geminiSnippet = `export GOOGLE_GEMINI_BASE_URL="§root"
export GEMINI_API_KEY="§key"
gemini -m "§model"`
