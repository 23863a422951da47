// Package importer reads what a company has today, a file of keys, a list of people, another gateway's configuration, into what this
// gateway calls it: connections with their credentials, and a blueprint. What has no place here is listed, never dropped in silence.
//
// It is a client of the management API, as blueprints are: Connect makes the connections, then the blueprint is compared and applied like
// any other. Credentials are secret.String from the first line on, and no message carries a value of the file.
package importer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Format is the form of a file.
type Format string

// The formats.
const (
	Env     Format = "env"
	People  Format = "people"
	LiteLLM Format = "litellm"
	Bifrost Format = "bifrost"
	Portkey Format = "portkey"
)

// Formats are all of them.
var Formats = []Format{Env, People, LiteLLM, Bifrost, Portkey}

// maxText is how long a file may be, in bytes.
const maxText = 1 << 20

// Connection is an account at a provider.
type Connection struct {
	Name       string
	Kind       provider.Kind
	Service    string // of a compatible server, by its known name
	BaseURL    string
	Credential secret.String // empty: the file has none, or names a variable that is not set

	variable string // the variable that the credential stands in, for the message that it is not set
}

// Person is somebody to invite.
type Person struct{ Email, Name, Role, Team string }

// Import is what a file says.
type Import struct {
	Connections []Connection
	People      []Person
	Document    blueprint.Document
	// Left is what has no place here, each in a sentence without a value of the file.
	Left []string
}

// Lookup reads a variable of the environment, for configurations that name one instead of a key; a page has none.
type Lookup func(name string) (string, bool)

// Read reads a file. What is wrong with it is a fault with the line where that is known.
func Read(f Format, text []byte, env Lookup) (Import, error) {
	if len(text) > maxText {
		return Import{}, wrong("The file is longer than %d KiB.", maxText>>10)
	}
	if !utf8.Valid(text) { // names would be made of other letters, which no later import finds again
		return Import{}, wrong("The file is not in UTF-8. Save it again in that encoding; spreadsheets call it \"CSV UTF-8\".")
	}
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	b := &builder{env: env, Import: Import{Document: blueprint.Document{Format: blueprint.Format}}}
	read := map[Format]func([]byte) error{Env: b.envFile, People: b.people, LiteLLM: b.litellm, Bifrost: b.bifrost, Portkey: b.portkey}[f]
	if read == nil {
		return Import{}, wrong("There is no format %q; there are env, people, litellm, bifrost and portkey.", string(f))
	}
	if err := read(text); err != nil {
		return Import{}, err
	}
	for _, c := range b.Connections {
		if c.variable != "" && c.Credential.IsEmpty() {
			b.left("The variable %s, which holds the key of %s, is not set here.", c.variable, c.Name)
		}
	}
	if len(b.Connections)+len(b.People)+len(b.Document.Teams)+len(b.Document.Routes)+len(b.Document.Budgets) == 0 {
		return b.Import, wrong("Nothing in the file has a place here. Is it of the format %s?", string(f))
	}
	return b.Import, b.sound()
}

// sound holds the blueprint to what a blueprint may say: amounts above zero, names that are names.
func (b *builder) sound() error {
	text, err := b.Document.Text()
	if err != nil {
		return err
	}
	if _, err = blueprint.Parse(text); err != nil {
		var at *blueprint.Wrong
		if errors.As(err, &at) {
			return wrong("What the file says cannot be: %s", at.Text)
		}
	}
	return err
}

func wrong(format string, args ...any) error {
	return fault.Newf(fault.Invalid, "invalid_import", format, args...)
}

type builder struct {
	Import
	env Lookup
}

func (b *builder) left(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(b.Left, text) {
		b.Left = append(b.Left, text)
	}
}

// key is a credential as configurations write it: itself, or the name of a variable.
func (b *builder) key(text string) (value secret.String, variable string) {
	name := variableOf(text)
	if name == "" {
		return secret.New(text), ""
	}
	v, set := b.env(name)
	if !set {
		return secret.String{}, name
	}
	return secret.New(v), name
}

// variableOf is the name of the variable that a text stands for; "" if it stands for itself.
func variableOf(text string) string {
	for _, prefix := range []string{"os.environ/", "env."} {
		if name, ok := strings.CutPrefix(text, prefix); ok {
			return name
		}
	}
	return ""
}

// setting is an address or a region as configurations write it: itself, or the name of a variable. Where that is not set it is not
// known, which is said: without its address a key would go to another server.
func (b *builder) setting(where, text string) (value string, known bool) {
	name := variableOf(text)
	if name == "" {
		return text, true
	}
	if value, known = b.env(name); !known || value == "" {
		b.left("%s: the variable %s, which says where it is, is not set here.", where, name)
		return "", false
	}
	return value, true
}

// connect adds a connection, or finds the one that is the same account, and gives its name.
func (b *builder) connect(c Connection) string {
	for _, have := range b.Connections {
		if have.Kind == c.Kind && have.Service == c.Service && have.BaseURL == c.BaseURL && have.variable == c.variable && have.Credential.Reveal() == c.Credential.Reveal() {
			return have.Name
		}
	}
	base := strings.Trim(plain(cmp.Or(c.Name, c.Service, string(c.Kind))), "-")
	c.Name = base
	for n := 2; slices.ContainsFunc(b.Connections, func(x Connection) bool { return x.Name == c.Name }); n++ {
		c.Name = fmt.Sprintf("%s-%d", base, n)
	}
	b.Connections = append(b.Connections, c)
	return c.Name
}

// plain is a name as connections take it: [a-z0-9-], at most 36 letters, which leaves room for a number.
func plain(name string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, name)
	return out[:min(len(out), 36)]
}

// kinds are the names that other gateways have for providers.
var kinds = map[string]provider.Kind{
	"openai": provider.OpenAI, "anthropic": provider.Anthropic, "gemini": provider.Gemini, "google": provider.Gemini, "vertex": provider.Vertex, "vertex_ai": provider.Vertex, "vertex-ai": provider.Vertex,
	"azure": provider.Azure, "azure-openai": provider.Azure, "azure_ai": provider.Azure, "bedrock": provider.Bedrock, "ollama": provider.Ollama, "ollama_chat": provider.Ollama,
	"openai_like": provider.Compatible, "custom_openai": provider.Compatible, "hosted_vllm": provider.Compatible,
}

// kind is what a provider of another gateway is called here; a known service is a compatible server with a name.
func kind(name string) (k provider.Kind, service string, ok bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if k, ok = kinds[name]; ok {
		return k, "", true
	}
	alias := map[string]string{"together_ai": "together", "together-ai": "together", "mistral-ai": "mistral", "fireworks_ai": "fireworks", "fireworks-ai": "fireworks", "perplexity-ai": "perplexity"}
	name = cmp.Or(alias[name], name)
	for _, s := range provider.KnownServices() {
		if s.Name == name {
			return s.Kind, s.Name, true
		}
	}
	return "", "", false
}

// aliasName is a model's name as aliases take it: small letters, digits, dots, hyphens and underlines, at most 60.
func (b *builder) aliasName(name string) string {
	out := plainAlias(name)
	if out != name {
		b.left("The name %s is %s here: an alias has small letters, digits, dots and hyphens.", name, out)
	}
	return out
}

func plainAlias(name string) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return out[:min(len(out), 60)]
}

// alias adds a target to a route, and the route if it is new.
func (b *builder) alias(name string, t route.ToTarget) {
	name = b.aliasName(name)
	for i := range b.Document.Routes {
		if r := &b.Document.Routes[i]; r.Alias == name {
			if !slices.ContainsFunc(r.Targets, func(have route.ToTarget) bool { return have.To == t.To }) {
				r.Targets = append(r.Targets, t)
			}
			return
		}
	}
	b.Document.Routes = append(b.Document.Routes, route.Document{Alias: name, Targets: []route.ToTarget{t}})
}
