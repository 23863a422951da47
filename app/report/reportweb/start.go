package reportweb

import (
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// steps are what there is to do before the first request.
func steps(actor org.Actor, connections []provider.ConnectionRecord, keys int, own bool) []views.Step {
	role := actor.Role
	connect := views.Step{Title: "Connect a provider", Done: len(connections) > 0, Text: "An account at OpenAI, or any address that speaks its language."}
	if role.AtLeast(provider.MayChange) {
		connect.Label, connect.Href = "Add a provider", "/connections/new"
	}
	switch {
	case len(connections) == 1 && connections[0].Kind == provider.Sandbox:
		connect.Text = "The built-in sandbox is connected: it answers offline, and its prices are not real money."
		if connect.Href != "" {
			connect.Text += " Add your own whenever you like."
		}
	case len(connections) > 0:
		names := make([]string, len(connections))
		for i, c := range connections {
			names[i] = c.Name
		}
		connect.Text = "Connected: " + strings.Join(names, ", ") + "."
	}
	create := views.Step{Title: "Create a key", Text: "Your app logs in with it. It is shown once; put it where your app finds its secrets."}
	switch {
	case own || keys > 0 && role.AtLeast(org.Lead): // leads make keys for machines, and those are a start too
		create.Done, create.Label, create.Href = true, "Keys", "/keys"
		create.Text = "There is " + plural(int64(keys), "key") + " to use."
		if keys > 1 {
			create.Text = "There are " + plural(int64(keys), "key") + " to use."
		}
	case role.AtLeast(org.Developer):
		create.Label, create.Href = "Create a key", "/keys/new"
	default:
		create.Text = "Your role only reads. Ask a team lead to create a key."
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
