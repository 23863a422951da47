package routeweb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// maxYAML is how long a file of routes may be, in bytes.
const maxYAML = 512 << 10

// writeYAML writes documents one after the other, as one file.
func writeYAML(docs ...route.Document) (string, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	for _, d := range docs {
		if err := e.Encode(d); err != nil {
			return "", fmt.Errorf("write YAML: %w", err)
		}
	}
	return b.String(), e.Close()
}

// readYAML reads what writeYAML wrote, or a person. Field is where it came from in the form or the request.
func readYAML(field, text string) ([]route.Document, error) {
	if len(text) > maxYAML {
		return nil, fault.Field(field, fmt.Sprintf("This is longer than %d KiB. Apply it in parts.", maxYAML>>10))
	}
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	var out []route.Document
	for {
		var doc route.Document
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Field(field, "This is not YAML of routes: "+plain(err)+".")
		}
		out = append(out, doc)
	}
	if len(out) == 0 {
		return nil, fault.Field(field, "There is no route in it. Write at least an alias and its targets.")
	}
	return out, nil
}

// plain is the library's error without its prefix and Go's types.
func plain(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	s = strings.TrimPrefix(s, "unmarshal errors:\n  ")
	for _, name := range []string{"Document", "RuleText", "ToTarget", "CanaryText"} {
		s = strings.ReplaceAll(s, " in type route."+name, "")
		s = strings.ReplaceAll(s, "into route."+name, "as "+name)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\n", ";")), " ")
}
