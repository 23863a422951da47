package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fromNPM are the packages that the dashboard's files come from: what package.json depends on, as scripts/vendor.mjs copies them.
// What is for tests stands under devDependencies.
func fromNPM(root string) ([]*part, error) {
	var wanted struct{ Dependencies map[string]string }
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := readJSON(filepath.Join(root, "package.json"), &wanted); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(root, "package-lock.json"), &lock); err != nil {
		return nil, err
	}
	var parts []*part
	for name := range wanted.Dependencies {
		locked := lock.Packages["node_modules/"+name]
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(locked.Integrity, "sha512-"))
		if err != nil || len(sum) != 64 {
			return nil, fmt.Errorf("package-lock.json has no SHA-512 of %s: run npm install", name)
		}
		p := &part{name: name, version: locked.Version, dir: filepath.Join(root, "node_modules", name), hash: hex.EncodeToString(sum)}
		if err := p.readAll(p.dir); err != nil {
			return nil, fmt.Errorf("look into %s (npm ci fetches it): %w", name, err)
		}
		if len(p.files) == 0 { // what it says of itself, for which exceptions has a line or not
			if err := p.read(filepath.Join(p.dir, "package.json")); err != nil {
				return nil, err
			}
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b *part) int { return strings.Compare(a.name, b.name) })
	return parts, nil
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return nil
}
