package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Box is where letters land when there is no mail server: files in a directory of this machine, for trying and for
// tests, read at /dev/mail. It is a Carrier. It holds real links, so its files are its owner's only, and it keeps few.
type Box struct {
	Dir string
	Log func(to, subject string) // says that something has come; nil is silent
}

var _ Carrier = Box{}

// boxed is how many letters a Box keeps.
const boxed = 200

// Boxed is one letter in a Box.
type Boxed struct {
	// Name is its file's name, and its id in the page's URLs.
	Name string `json:"-"`
	Message
}

// Carry implements Carrier. A letter carried twice is there once.
func (b Box) Carry(_ context.Context, m Message) error {
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return fmt.Errorf("mail box: %w", err)
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("mail box: %w", err)
	}
	local, _, _ := strings.Cut(m.ID, "@")
	if local == "" || local != filepath.Base(local) {
		return fmt.Errorf("mail box: %q cannot be a file's name", local)
	}
	file := filepath.Join(b.Dir, local+".json")
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("mail box: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("mail box: %w", err)
	}
	if b.Log != nil {
		b.Log(m.To, m.Subject)
	}
	return b.tidy()
}

// names are the letters' files, newest first: mail ids begin with their time.
func (b Box) names() ([]string, error) {
	entries, err := os.ReadDir(b.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("mail box: %w", err)
	}
	var out []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out, nil
}

func (b Box) tidy() error {
	names, err := b.names()
	if err != nil || len(names) <= boxed {
		return err
	}
	for _, name := range names[boxed:] {
		if err := os.Remove(filepath.Join(b.Dir, name+".json")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("mail box: %w", err)
		}
	}
	return nil
}

// List is what is in the box, newest first.
func (b Box) List() ([]Boxed, error) {
	names, err := b.names()
	if err != nil {
		return nil, err
	}
	out := make([]Boxed, 0, len(names))
	for _, name := range names {
		m, ok, err := b.Open(name)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, c Boxed) int { return c.At.Compare(a.At) })
	return out, nil
}

// Open reads one letter; false if there is none of this name.
func (b Box) Open(name string) (Boxed, bool, error) {
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return Boxed{}, false, nil
	}
	text, err := os.ReadFile(filepath.Join(b.Dir, name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return Boxed{}, false, nil
	}
	if err != nil {
		return Boxed{}, false, fmt.Errorf("mail box: %w", err)
	}
	out := Boxed{Name: name}
	if err := json.Unmarshal(text, &out.Message); err != nil {
		return Boxed{}, false, nil // half a file of another process; the next look finds it whole
	}
	return out, true, nil
}

// Empty throws all letters away.
func (b Box) Empty() error {
	names, err := b.names()
	for _, name := range names {
		err = errors.Join(err, os.Remove(filepath.Join(b.Dir, name+".json")))
	}
	return err
}
