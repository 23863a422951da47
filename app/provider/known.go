package provider

import (
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// Known is a service that speaks OpenAI's API in its own way: one row of the table in known_table.go says all that is
// special about it, and package compat carries its bytes by that. A new one costs a row and a folder of fixtures, no code.
type Known struct {
	Name  string // in the management API and in the database
	Title string // for people
	Kind  Kind   // Compatible, unless the service is a kind of its own
	// BaseURL is where it is, or where it usually listens if it is a server of one's own; forms begin with it.
	BaseURL string
	// Host tells its connections by their address, whatever anybody said; "" for servers of one's own.
	Host     string
	NeedsKey bool
	KeyFrom  string // where a key is made
	// Catalogue is whose prices apply, a provider of the price catalogue; "" asks the catalogue by address. Servers of
	// one's own are priced like Ollama: nobody sends a bill.
	Catalogue string
	Quirks    openai.Quirks
	Limits    *openai.Limits // nil is none
	// Forward are headers of the client that pass to it, in canonical form.
	Forward []string
	// List is where its list of models is; the zero List is OpenAI's.
	List List
}

// List is an endpoint that lists models and spends nothing.
type List struct {
	Path string // below the base URL; "models" if it is empty
	// Silent says that the answer proves the credential but names no models: the catalogue's are offered then.
	Silent bool
	Array  string // member that holds the list, "data" if it is empty
}

// KnownServices are all rows, in the order that forms show them.
func KnownServices() []Known { return known }

// KnownService finds a service by name.
func KnownService(name string) (Known, bool) {
	k, ok := byName[name]
	if !ok {
		return Known{}, false
	}
	return *k, true
}

var byName, byHost = index()

func index() (names, hosts map[string]*Known) {
	names, hosts = map[string]*Known{}, map[string]*Known{}
	for i := range known {
		names[known[i].Name] = &known[i]
		if h := known[i].Host; h != "" {
			hosts[h] = &known[i]
		}
	}
	return names, hosts
}

// ServiceAt is the service that an address belongs to; nil if it is nobody's that we know.
func ServiceAt(u *url.URL) *Known { return byHost[strings.ToLower(u.Hostname())] }

// serviceOf is the service behind a connection: what its address says, else what its owner said; "" for any other server.
func serviceOf(k Kind, baseURL, said string) string {
	if k == Ollama {
		return string(Ollama)
	}
	if k != Compatible {
		return ""
	}
	if u, err := url.Parse(baseURL); err == nil {
		if s := ServiceAt(u); s != nil {
			return s.Name
		}
	}
	if _, ok := byName[said]; ok {
		return said
	}
	return ""
}

// Known is the service behind the connection; nil for any other server. It is a map look-up: every request asks it.
func (c *Connection) Known() *Known { return byName[c.Service] }

// Known is the service behind the connection; false for any other server.
func (r ConnectionRecord) Known() (Known, bool) {
	return KnownService(serviceOf(r.Kind, r.BaseURL, r.Service))
}

// Catalogue is the catalogue's provider that a connection's prices come from. book knows addresses.
func (r ConnectionRecord) Catalogue(book interface {
	ProviderOf(kind, baseURL string) string
}) string {
	if k := byName[serviceOf(r.Kind, r.BaseURL, r.Service)]; k != nil && k.Catalogue != "" {
		return k.Catalogue
	}
	return book.ProviderOf(string(r.Kind), r.BaseURL)
}
