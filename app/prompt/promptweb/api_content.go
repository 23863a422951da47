package promptweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func promptOut(f prompt.Full) (promptJSON, error) {
	out := promptJSON{ID: f.ID.String(), Name: f.Name, Kind: string(f.Kind), About: f.About, Folder: f.Folder, Visibility: string(f.Visibility), Owner: f.OwnerLabel, Labels: []promptLabelJSON{},
		CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt}
	switch f.Visibility {
	case prompt.Team:
		out.Team = f.Team.String()
		out.Scope = out.Team
	case prompt.Everyone:
		out.Scope = f.Org.String()
	default:
		out.Scope = f.Owner.String()
	}
	out.Latest = f.Versions[0].Number
	for _, l := range f.Labels {
		out.Labels = append(out.Labels, labelOut(l))
	}
	var err error
	out.Content, err = json.Marshal(current(&f).Content)
	return out, err
}

// answer sends a prompt.
func answer(c *web.Context, status int, f prompt.Full) error {
	out, err := promptOut(f)
	if err != nil {
		return err
	}
	return c.JSON(status, out)
}

func labelOut(l prompt.Label) promptLabelJSON {
	return promptLabelJSON{l.Name, l.Number, l.Protected, l.By, l.At}
}

func versionOut(v prompt.Version, labels []string) (promptVersionJSON, error) {
	content, err := json.Marshal(v.Content)
	return promptVersionJSON{Version: v.Number, Labels: append([]string{}, labels...), Message: v.Message, Content: content, MadeBy: v.By, MadeAt: v.At}, err
}

// readContent reads a version's content strictly.
func readContent(raw []byte) (c prompt.Content, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err = d.Decode(&c); err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		return c, fault.Field("content", `The content is an object with "model", "messages" ([{"role", "text"}]) and, if wanted, "variables", "tools", "schema" and "settings": `+plain(err)+".")
	}
	return c, nil
}

// plain is the decoder's error without its prefix and Go's types.
func plain(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Field + " cannot be a " + kind.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func teamOf(text string) id.Team {
	t, _ := id.ParseTeam(text) // an odd one is refused as no team of the actor's
	return t
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
