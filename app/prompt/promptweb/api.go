package promptweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// promptJSON is a stored prompt in the management API.
type promptJSON struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"` // what requests ask for: prompt:name@label
	Kind       string            `json:"kind"` // chat or text; texts can be included by others
	About      string            `json:"about"`
	Folder     string            `json:"folder"`
	Visibility string            `json:"visibility"` // private, team or organization
	Team       string            `json:"team"`       // id; "" but with the visibility team
	Scope      string            `json:"scope"`      // id of the organization, the team or the member who may use it
	Owner      string            `json:"owner"`      // who made it
	Latest     int               `json:"latest"`     // number of the newest version
	Labels     []promptLabelJSON `json:"labels"`
	Content    json.RawMessage   `json:"content"` // of the version that production is at, else of the newest
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// promptLabelJSON is a name for a version that can be moved to another.
type promptLabelJSON struct {
	Label     string    `json:"label"`
	Version   int       `json:"version"`
	Protected bool      `json:"protected"` // only managers and admins move it
	SetBy     string    `json:"set_by"`
	SetAt     time.Time `json:"set_at"`
}

type promptList struct {
	Data []promptJSON `json:"data"`
}

// promptVersionJSON is a version, which never changes.
type promptVersionJSON struct {
	Version int             `json:"version"`
	Labels  []string        `json:"labels"` // that are at it
	Message string          `json:"message"`
	Content json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	MadeBy  string          `json:"made_by"`
	MadeAt  time.Time       `json:"made_at"`
}

type promptVersionList struct {
	Data []promptVersionJSON `json:"data"`
}

// promptInput stores a prompt with its first version.
type promptInput struct {
	Name       string          `json:"name"`
	Kind       string          `json:"kind"` // chat without
	About      string          `json:"about"`
	Folder     string          `json:"folder"`
	Visibility string          `json:"visibility"` // organization without
	Team       string          `json:"team"`
	Content    json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	Message    string          `json:"message"`
	Label      string          `json:"label"` // put at the first version; none without
}

// promptChange changes what it names and leaves the rest.
type promptChange struct {
	About      *string `json:"about"`
	Folder     *string `json:"folder"`
	Visibility *string `json:"visibility"`
	Team       *string `json:"team"`
}

// promptVersionInput adds a version.
type promptVersionInput struct {
	Content json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	Message string          `json:"message"` // what changed
}

// promptLabelInput puts a label at a version.
type promptLabelInput struct {
	Version   int   `json:"version"`
	Protected *bool `json:"protected"` // left as it is without
}

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

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.library.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := promptList{Data: []promptJSON{}}
	name, folder := c.QueryParam("name"), c.QueryParam("folder")
	for _, f := range all {
		if (name == "" || f.Name == name) && (folder == "" || f.Folder == folder) {
			one, err := promptOut(f)
			if err != nil {
				return err
			}
			out.Data = append(out.Data, one)
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[promptInput](c)
	if err != nil {
		return err
	}
	content, err := readContent(in.Content)
	if err != nil {
		return err
	}
	f, err := h.library.Create(c.Ctx(), c.Actor(), prompt.Input{Name: in.Name, Kind: prompt.Kind(or(in.Kind, string(prompt.Chat))), About: in.About, Folder: in.Folder,
		Visibility: prompt.Visibility(or(in.Visibility, string(prompt.Everyone))), Team: teamOf(in.Team)}, content, in.Message, in.Label)
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, f)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (h *Handlers) apiShow(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, f)
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[promptChange](c)
	if err != nil {
		return err
	}
	in := prompt.Input{About: f.About, Folder: f.Folder, Visibility: f.Visibility, Team: f.Team}
	if change.About != nil {
		in.About = *change.About
	}
	if change.Folder != nil {
		in.Folder = *change.Folder
	}
	if change.Visibility != nil {
		in.Visibility = prompt.Visibility(*change.Visibility)
	}
	if change.Team != nil {
		in.Team = teamOf(*change.Team)
	}
	if f, err = h.library.Update(c.Ctx(), c.Actor(), f.ID, in); err != nil {
		return err
	}
	return answer(c, http.StatusOK, f)
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	if err := h.library.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiVersions(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	out := promptVersionList{Data: make([]promptVersionJSON, len(f.Versions))}
	for i, v := range f.Versions {
		if out.Data[i], err = versionOut(v, f.At(v.Number)); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRevise(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[promptVersionInput](c)
	if err != nil {
		return err
	}
	content, err := readContent(in.Content)
	if err != nil {
		return err
	}
	v, err := h.library.Revise(c.Ctx(), c.Actor(), which, content, in.Message)
	if err != nil {
		return err
	}
	out, err := versionOut(v, nil)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, out)
}

func (h *Handlers) apiDeleteVersion(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(strings.TrimPrefix(c.Param("version"), "v")) // what is none is not found
	if err := h.library.DeleteVersion(c.Ctx(), c.Actor(), which, number); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiLabel(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[promptLabelInput](c)
	if err != nil {
		return err
	}
	l, err := h.library.Move(c.Ctx(), c.Actor(), which, c.Param("label"), in.Version, in.Protected)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, labelOut(l))
}

func (h *Handlers) apiUnlabel(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	if err := h.library.Unlabel(c.Ctx(), c.Actor(), which, c.Param("label")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
