// Package importerweb is the import in the dashboard: by the code of the command line, through the management API, as the admin who looks.
package importerweb

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/importer"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/importer"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Vault seals a file between its two looks. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Handlers answer for the import.
type Handlers struct{ vault Vault }

// New makes the handlers.
func New(v Vault) *Handlers { return &Handlers{v} }

const root = "/import"

// mostForm lets through the longest file that is taken: as it is typed, where a comma is three bytes, and sealed.
const mostForm = 4 << 20

// Routes are all URLs of the import.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "import.form", Guard: web.Person, Floor: org.Admin, Handle: h.form},
		{Method: http.MethodPost, Path: root, Name: "import.preview", Guard: web.Person, Floor: org.Admin, Audit: "none: it only compares", Form: mostForm, Handle: h.preview},
		{Method: http.MethodPost, Path: root + "/apply", Name: "import.apply", Guard: web.Person, Floor: org.Admin, Audit: "none: each thing that it makes is in the audit log by itself", Form: mostForm, Handle: h.apply},
	}
}

var formats = []ui.Option{
	{Value: string(importer.Env), Label: "Keys: a .env file"}, {Value: string(importer.People), Label: "People and teams: a CSV"},
	{Value: string(importer.LiteLLM), Label: "LiteLLM: config.yaml"}, {Value: string(importer.Bifrost), Label: "Bifrost: config.json"}, {Value: string(importer.Portkey), Label: "Portkey: a config"},
}

func page(c *web.Context) views.Page {
	p := views.Page{Shell: c.Shell("Import", "templates"), Formats: formats, Format: c.FormValue("format")}
	if p.Format == "" {
		p.Format = string(importer.Env)
	}
	return p
}

func (h *Handlers) form(c *web.Context) error { return c.Render(views.Import(page(c))) }

// preview says what importing would do. The text comes back encrypted for this member only, so that no key is in the page.
func (h *Handlers) preview(c *web.Context) error {
	p, text := page(c), strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n")
	in, err := importer.Read(importer.Format(p.Format), []byte(text), nil)
	var plan *importer.Plan
	if err == nil {
		plan, err = importer.Compare(c.Ctx(), c.Inside, in)
	}
	if said := complaint(err); said != "" {
		p.Error = said
		if p.Format == string(importer.People) {
			p.Text = text // addresses, and no keys
		}
		return c.Invalid(views.Import(p))
	}
	if err != nil {
		return err
	}
	sealed, err := h.vault.Seal(c.Ctx(), c.Actor().Org, "import", "text", c.Actor().Member.UUID(), secret.New(text))
	if err != nil {
		return err
	}
	shown(&p, base64.StdEncoding.EncodeToString(sealed), plan)
	return c.Render(views.Import(p))
}

// shown puts what importing would do into the page, with the print that applying it is held to.
func shown(p *views.Page, sealed string, plan *importer.Plan) {
	p.Sealed, p.Seen, p.Kept, p.Left = sealed, plan.Print(), plan.Kept, plan.Left
	for _, s := range plan.Steps {
		p.Steps = append(p.Steps, views.Step{Do: s.Do, What: s.What, Says: says(s.Fields)})
	}
}

func says(fields []blueprint.Field) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, f.Name+" "+f.Is)
	}
	return strings.Join(parts, ", ")
}

// complaint is what is wrong with a file, in words; "" for errors that no file mends.
func complaint(err error) string {
	var wrong *blueprint.Wrong
	if errors.As(err, &wrong) {
		return wrong.Text
	}
	if r, ok := web.Refused(err); ok {
		text := r.Form
		for _, t := range r.Fields {
			text += " " + t
		}
		return strings.TrimSpace(text)
	}
	return ""
}

func (h *Handlers) apply(c *web.Context) error {
	p := page(c)
	sealed, err := base64.StdEncoding.DecodeString(c.FormValue("sealed"))
	if err != nil {
		return tampered()
	}
	text, err := h.vault.Open(c.Ctx(), c.Actor().Org, "import", "text", c.Actor().Member.UUID(), sealed)
	if err != nil {
		return tampered()
	}
	in, err := importer.Read(importer.Format(p.Format), []byte(text.Reveal()), nil)
	if err != nil {
		return err
	}
	n := 0
	plan, err := importer.Run(c.Ctx(), c.Inside, in, "Import", c.FormValue("seen"), func() { n++ })
	if errors.Is(err, blueprint.ErrMoved) {
		p.Error = blueprint.ErrMoved.Public
		shown(&p, c.FormValue("sealed"), plan)
		return c.Invalid(views.Import(p))
	}
	if said := complaint(err); said != "" {
		p.Error = said
		if n > 0 {
			p.Error += " " + strconv.Itoa(n) + " of " + strconv.Itoa(len(plan.Steps)) + " steps were made before that; when it is put right, paste the file again, and the rest follows."
		}
		return c.Invalid(views.Import(p))
	}
	if err != nil {
		return err
	}
	c.Flash("Imported: " + web.Plural(int64(n), "step") + ".")
	if len(in.Connections) == 0 && len(in.People) > 0 {
		return c.See("/invitations") // where one sees who has come
	}
	return c.See("/connections")
}

func tampered() error {
	return fault.New(fault.Invalid, "invalid_import", "What was to be imported is not what you were shown. Paste the file again.")
}
