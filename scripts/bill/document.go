package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// complete puts licences into a CycloneDX list, and the files from npm behind the modules. A module of one and not of the other is
// an error: then they are not of the same program.
func complete(file string, modules, served []*part) error {
	var doc map[string]any
	if err := readJSON(file, &doc); err != nil {
		return err
	}
	known := map[string]*part{}
	for _, p := range modules {
		known[p.name+"@"+p.version] = p
	}
	components, _ := doc["components"].([]any)
	for _, c := range components {
		component, _ := c.(map[string]any)
		name := fmt.Sprint(component["name"], "@", component["version"])
		p := known[name]
		if p == nil {
			return fmt.Errorf("%s lists %s, which is not in the program", file, name)
		}
		component["licenses"] = stated(p.licences)
		delete(known, name)
	}
	if len(known) > 0 {
		return fmt.Errorf("%s lacks %d modules of the program: make it anew (make sbom)", file, len(known))
	}
	for _, p := range served {
		components = append(components, p.component())
	}
	doc["components"] = components
	own, err := os.ReadFile("LICENSE")
	if err != nil {
		return err
	}
	ids, err := licencesOf(string(own))
	if err != nil {
		return fmt.Errorf("our own LICENSE: %w", err)
	}
	metadata, _ := doc["metadata"].(map[string]any)
	program, _ := metadata["component"].(map[string]any)
	if program == nil {
		return errors.New("the list names no program")
	}
	program["licenses"] = stated(ids)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}

// stated is how CycloneDX says licences: one by its id, several, which all hold, as an expression.
func stated(ids []string) []any {
	if len(ids) == 1 {
		return []any{map[string]any{"license": map[string]any{"id": ids[0]}}}
	}
	return []any{map[string]any{"expression": strings.Join(ids, " AND ")}}
}

// component is a package from npm, as the list has modules.
func (p *part) component() map[string]any {
	url := "pkg:npm/" + strings.Replace(p.name, "@", "%40", 1) + "@" + p.version
	return map[string]any{
		"bom-ref": url, "purl": url, "type": "library", "name": p.name, "version": p.version, "scope": "required",
		"hashes": []any{map[string]any{"alg": "SHA-512", "content": p.hash}}, "licenses": stated(p.licences),
	}
}
