package reportweb

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/provider"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// steps are what there is to do before the first request.
func steps(connections []provider.ConnectionRecord, keys []key.Key) []views.Step {
	connect := views.Step{Title: "Connect a provider", Done: len(connections) > 0, Label: "Connections", Href: "/connections",
		Text: "OpenAI, Anthropic, Gemini, or any address that speaks their language."}
	switch {
	case len(connections) == 1 && connections[0].Kind == provider.Sandbox:
		connect.Text = "The built-in sandbox is connected: it answers offline, and its prices are not real money. Add your own provider whenever you like."
	case len(connections) > 0:
		names := make([]string, len(connections))
		for i, c := range connections {
			names[i] = c.Name
		}
		connect.Text = "Connected: " + strings.Join(names, ", ") + "."
	}
	create := views.Step{Title: "Create a key", Done: len(keys) > 0, Label: "Keys", Href: "/keys",
		Text: "Your app logs in with it. It is shown once; put it where your app finds its secrets."}
	if len(keys) > 0 {
		create.Text = "There is " + plural(int64(len(keys)), "key") + " that you may see."
	}
	return []views.Step{connect, create, {Title: "Send a request", Text: "Copy a snippet, put your key in, run it."}}
}

// snippets are the first request in three languages. They read the key from the environment, so that it ends up in
// nobody's shell history or repository by way of a copied line.
func snippets(base string) []ui.Snippet {
	curl := fmt.Sprintf(`curl %s/chat/completions \
  -H "Authorization: Bearer $BODHI_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "smart",
    "messages": [{"role": "user", "content": "Hello"}]
  }'`, base)
	python := fmt.Sprintf(`import os
from openai import OpenAI

client = OpenAI(
    base_url="%s",
    api_key=os.environ["BODHI_KEY"],
)
answer = client.chat.completions.create(
    model="smart",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`, base)
	node := fmt.Sprintf(`import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: '%s',
  apiKey: process.env.BODHI_KEY,
})
const answer = await client.chat.completions.create({
  model: 'smart',
  messages: [{ role: 'user', content: 'Hello' }],
})
console.log(answer.choices[0].message.content)`, base)
	return []ui.Snippet{
		{Label: "curl", Text: curl},
		{Label: "Python", Text: python, Note: "pip install openai"},
		{Label: "Node", Text: node, Note: "npm install openai"},
	}
}
