package provider

import (
	"net/url"
	"strings"
)

// Offering describes a kind to forms, validation and the route index: what a connection of it must say.
type Offering struct {
	Kind  Kind
	Title string // for people
	About string // one sentence for the form
	// BaseURL stands in for a connection that names none. Empty means that one must be named, unless the kind is Local.
	BaseURL string
	// BaseURLHint is an example of what to type where BaseURL is empty.
	BaseURLHint string
	// Local kinds answer inside this process unless a connection names an address.
	Local bool
	// NeedsKey kinds do nothing without a credential; for the others it is optional.
	NeedsKey bool
	// ServiceAccounts says that a credential may also be a Google service account's key: JSON, not a word.
	ServiceAccounts bool
	// OwnList kinds serve what their own list says and nothing else; for the others the catalogue knows models too.
	OwnList bool
	// Models are names that the kind always offers, whatever the endpoint's own list says.
	Models []string
}

// Offerings are the kinds that can be connected so far, in the order forms show them. Kinds of contract.md that are
// not here have no adapter yet and are refused.
func Offerings() []Offering {
	return []Offering{
		{Kind: OpenAI, Title: "OpenAI", BaseURL: "https://api.openai.com/v1", NeedsKey: true,
			About: "Your own OpenAI account, with an API key from platform.openai.com."},
		{Kind: Anthropic, Title: "Anthropic", BaseURL: "https://api.anthropic.com", NeedsKey: true,
			About: "Your own Anthropic account, with an API key from platform.claude.com."},
		{Kind: Gemini, Title: "Google AI Studio", BaseURL: "https://generativelanguage.googleapis.com", NeedsKey: true,
			About: "Gemini models with an API key from aistudio.google.com."},
		{Kind: Vertex, Title: "Google Vertex AI", BaseURL: "https://aiplatform.googleapis.com", ServiceAccounts: true,
			About: "Gemini models, and Claude, in a Google Cloud project of your own, with a service account's key, an API key, or the identity of this machine."},
		{Kind: Azure, Title: "Azure OpenAI", NeedsKey: true, BaseURLHint: "https://acme.openai.azure.com",
			About: "Deployments of an Azure OpenAI resource, with its key, or with an Entra ID application as tenant-id:client-id:client-secret."},
		{Kind: Bedrock, Title: "AWS Bedrock", NeedsKey: true, BaseURL: "https://bedrock-runtime." + DefaultRegion + ".amazonaws.com",
			About: "Models in an AWS account of your own, with a Bedrock API key, or with an access key as access-key-id:secret-access-key."},
		{Kind: Compatible, Title: "OpenAI-compatible",
			About: "Any server that speaks OpenAI's API. Choose a service, and its address and ways are known; or give the address of another one."},
		{Kind: Ollama, Title: "Ollama", BaseURL: "http://127.0.0.1:11434/v1", OwnList: true,
			About: "Models on a machine of your own. Whoever runs this installation must allow its network."},
		{Kind: Sandbox, Title: "Sandbox", Local: true, OwnList: true,
			Models: []string{"sandbox-chat", "sandbox-embed", "sandbox-image", "sandbox-moderation", "sandbox-reasoning", "sandbox-speech",
				"sandbox-transcribe", "sandbox-tts", "sandbox-vision", "sandbox-whisper"},
			About: "Answers offline with made-up text at made-up prices, to try everything without an account."},
	}
}

// OfferingOf finds a kind's offering; false means that it cannot be connected (yet).
func OfferingOf(k Kind) (Offering, bool) {
	for _, o := range Offerings() {
		if o.Kind == k {
			return o, true
		}
	}
	return Offering{}, false
}

// Origin is where a connection's credential may be sent: scheme, host and port of its base URL, or of the kind's own.
// Local kinds have the empty origin. A base URL that does not parse has an origin no other one has: itself.
func Origin(k Kind, baseURL string) string {
	if baseURL == "" {
		o, _ := OfferingOf(k)
		baseURL = o.BaseURL
	}
	u, err := url.Parse(baseURL)
	if err != nil {
		return baseURL
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
	}
	if host == "" {
		return ""
	}
	return strings.ToLower(u.Scheme) + "://" + host + ":" + port
}
