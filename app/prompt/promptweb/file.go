package promptweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// document is one prompt of a file: what it is, and what its newest version says.
type document struct {
	Name    string      `json:"name"`
	Kind    prompt.Kind `json:"kind,omitempty"` // chat without
	About   string      `json:"about,omitempty"`
	Folder  string      `json:"folder,omitempty"`
	Message string      `json:"message,omitempty"`
	prompt.Content
}

// readFile reads the prompts of a file, the texts first: others may include them.
func readFile(field, text string) (out []document, err error) {
	docs, err := documents(field, text)
	if err != nil {
		return nil, err
	}
	var chats []document
	for i, j := range docs {
		d := document{Kind: prompt.Chat}
		if err := strictly(field, j, &d); err != nil {
			f := fault.From(err)
			f.Public = fmt.Sprintf("Prompt %d: %s", i+1, f.Public)
			return nil, f
		}
		if d.Kind == prompt.Text {
			out = append(out, d)
		} else {
			chats = append(chats, d)
		}
	}
	if out = append(out, chats...); len(out) == 0 {
		return nil, fault.Field(field, "There is no prompt in it. A prompt has at least a name, a model and messages.")
	}
	return out, nil
}

// fileOf is a prompt as a document: its production version, else its newest.
func fileOf(f *prompt.Full) document {
	v := current(f)
	return document{Name: f.Name, Kind: f.Kind, About: f.About, Folder: f.Folder, Message: v.Message, Content: v.Content}
}

// current is the version that production is at, else the newest.
func current(f *prompt.Full) *prompt.Version {
	for _, l := range f.Labels {
		if v, ok := f.Version(l.Number); ok && l.Name == prompt.Production {
			return v
		}
	}
	return &f.Versions[0]
}
