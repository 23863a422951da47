package provider

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Setting is a part of an address that people know by a name of its own: a project, a location. Settings are nothing that
// is stored beside the address. They are written into it (Kind's layout), so that a credential stays bound to where it may
// go, and read back out of it for forms.
type Setting struct {
	Name, Label, Hint, Placeholder string
	form                           *regexp.Regexp
	rule                           string // what form asks for, in words
}

// layout is how a kind's settings lie in its base URL.
type layout struct {
	settings []Setting
	// join makes a base URL of one that has none of the settings in it (or "") and of settings, of which some are missing.
	join func(root string, s map[string]string) string
	// split is the way back.
	split func(baseURL string) (root string, s map[string]string)
}

var layouts = map[Kind]layout{
	Bedrock: {join: joinBedrock, split: splitBedrock, settings: []Setting{
		{Name: "region", Label: "Region", Placeholder: "us-east-1", Hint: "The AWS region whose models are asked, and for which requests are signed.",
			form: regexp.MustCompile(`^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$`), rule: "a region such as us-east-1 or eu-central-1"},
	}},
	Vertex: {join: joinVertex, split: splitVertex, settings: []Setting{
		{Name: "project", Label: "Project", Placeholder: "acme-prod-1234", Hint: "The id of the Google Cloud project. Leave it empty for the service account's own.",
			form: regexp.MustCompile(`^[a-z0-9.:-]{1,63}$`), rule: "a project's id, of lower-case letters, digits and hyphens"},
		{Name: "location", Label: "Location", Placeholder: "global", Hint: "A region such as europe-west4, eu or us for any of the regions there, or global, which stands for an empty one.",
			form: regexp.MustCompile(`^[a-z0-9-]{1,40}$`), rule: "a region such as europe-west4, eu, us, or global"},
	}},
}

// Settings are the parts of a kind's address that forms ask for by name; most kinds have none.
func (o Offering) Settings() []Setting { return layouts[o.Kind].settings }

// SettingsOf are the settings that a connection's base URL holds, and what of it is left.
func SettingsOf(k Kind, baseURL string) (root string, settings map[string]string) {
	l, ok := layouts[k]
	if !ok {
		return baseURL, nil
	}
	return l.split(baseURL)
}

// settled writes an input's settings into its base URL.
func (in Input) settled() (Input, error) {
	given := map[string]string{}
	for name, v := range in.Settings {
		if v = strings.TrimSpace(v); v != "" {
			given[name] = v
		}
	}
	in.Settings = nil
	if len(given) == 0 {
		return in, nil
	}
	l := layouts[in.Kind]
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(l.settings, func(s Setting) bool { return s.Name == name })
		if i < 0 {
			return in, fault.Field("settings."+name, fmt.Sprintf("Connections of the kind %s have no setting %q.", in.Kind, name))
		}
		if s := l.settings[i]; !s.form.MatchString(given[name]) {
			return in, fault.Field("settings."+name, fmt.Sprintf("%s must be %s.", s.Label, s.rule))
		}
	}
	root, before := l.split(in.BaseURL)
	for name, v := range before {
		if _, again := given[name]; !again {
			given[name] = v
		}
	}
	in.BaseURL = l.join(root, given)
	return in, nil
}

// VertexHost is Vertex's own address in a location: a region, one of the two that hold several, or global.
func VertexHost(location string) string {
	if location == "" || location == "global" {
		return "https://aiplatform.googleapis.com"
	}
	if location == "us" || location == "eu" {
		return "https://aiplatform." + location + ".rep.googleapis.com"
	}
	return "https://" + location + "-aiplatform.googleapis.com"
}

var (
	vertexPath   = regexp.MustCompile(`^(.*?)(?:/v1)?/projects/([^/]+)(?:/locations/([^/]+))?$`)
	vertexRegion = regexp.MustCompile(`^https://(?:([a-z0-9-]+)-aiplatform|aiplatform\.([a-z0-9-]+)\.rep)\.googleapis\.com$`)
)

// joinVertex leaves an address of Vertex's own without a path where no project is named: the credential names it then.
func joinVertex(root string, s map[string]string) string {
	if root == "" {
		root = VertexHost(s["location"])
	}
	if s["project"] == "" {
		return root
	}
	location := s["location"]
	if location == "" {
		location = "global"
	}
	return root + "/v1/projects/" + s["project"] + "/locations/" + location
}

// splitVertex knows the host of a location by either form: we wrote eu-aiplatform.googleapis.com, which does not exist.
func splitVertex(baseURL string) (root string, s map[string]string) {
	s = map[string]string{}
	root = baseURL
	if m := vertexPath.FindStringSubmatch(baseURL); m != nil {
		root = m[1]
		s["project"] = m[2]
		if m[3] != "" {
			s["location"] = m[3]
		}
	}
	if m := vertexRegion.FindStringSubmatch(root); m != nil {
		at := m[1] + m[2]
		if s["location"] = cmp.Or(s["location"], at); s["location"] == at {
			root = ""
		}
	}
	if root == VertexHost(s["location"]) {
		root = ""
	}
	return root, s
}
