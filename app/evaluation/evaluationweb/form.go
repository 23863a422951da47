package evaluationweb

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// typedSet reads a dataset's form. A file that was chosen takes the place of what was pasted, so that it is there again when something
// is wrong.
func typedSet(c *web.Context) (f views.Fields, err error) {
	if _, err := c.FormParams(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) || errors.Is(err, multipart.ErrMessageTooLarge) {
			return f, fault.Newf(fault.TooLarge, "body_too_large", "A dataset has at most %d KiB. Divide the file.", evaluation.MaxText>>10).Because(err)
		}
		return f, fault.Field("", "The form could not be read. Send it again.").Because(err)
	}
	get := func(name string) string { return strings.ReplaceAll(c.FormValue(name), "\r\n", "\n") }
	f = views.Fields{Name: get("name"), About: get("about"), Visibility: get("visibility"), Team: get("team"), Format: get("format"), Text: get("text"), Question: get("question_column"),
		Expected: get("expected_column"), Notes: get("notes_column")}
	form := c.Request().MultipartForm
	if form == nil {
		return f, nil
	}
	for _, file := range form.File["file"] {
		switch {
		case file.Size == 0:
			continue
		case file.Size > evaluation.MaxText:
			return f, fault.Field("text", fmt.Sprintf("A dataset has at most %d KiB; this file has %d. Divide it.", evaluation.MaxText>>10, file.Size>>10))
		}
		r, err := file.Open()
		if err != nil {
			return f, err
		}
		text, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil {
			return f, err
		}
		if f.Text = string(text); !plainText(f.Text) {
			f.Text = ""
			return f, fault.Field("text", "The file is not text in UTF-8. Save it as UTF-8 and send it again.")
		}
	}
	for _, text := range []string{f.Name, f.About, f.Text, f.Question, f.Expected, f.Notes} {
		if !plainText(text) {
			return views.Fields{Format: f.Format, Visibility: f.Visibility}, fault.Field("", "The form holds characters that are not text. Type them again.")
		}
	}
	return f, nil
}

// plainText reports whether the database takes it: PostgreSQL refuses both.
func plainText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func inputOf(f views.Fields) evaluation.Input {
	return evaluation.Input{Name: f.Name, About: f.About, Visibility: evaluation.Visibility(f.Visibility), Team: teamOf(f.Team)}
}

// whoSees are the choices of who sees a dataset; now is it so far, empty if it is new. Who sees that stays a choice, whoever asks: of a
// list without it a browser sends the first, and who changes only the description would take the dataset from everybody.
func (h *Handlers) whoSees(c *web.Context, now *evaluation.Dataset) (visibilities, teams []ui.Option, err error) {
	visibilities = []ui.Option{{Value: string(evaluation.Private), Label: "Only me"}, {Value: string(evaluation.Team), Label: "A team"}}
	if c.Actor().Role.AtLeast(org.Lead) || now.Visibility == evaluation.Everyone {
		visibilities = append(visibilities, ui.Option{Value: string(evaluation.Everyone), Label: "The organization"})
	}
	all, err := h.People.Teams(c.Ctx(), c.Actor())
	teams = []ui.Option{{Value: "", Label: "No team"}}
	for _, t := range all {
		if c.Actor().InTeam(t.ID, org.Developer) {
			teams = append(teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	present := ui.Option{Value: now.Team.String()}
	if err != nil || now.Team.IsZero() || slices.ContainsFunc(teams, func(o ui.Option) bool { return o.Value == present.Value }) {
		return visibilities, teams, err
	}
	t, err := h.People.Team(c.Ctx(), c.Actor(), now.Team) // where the actor only reads, or which is archived
	if fault.Is(err, fault.NotFound) {
		return visibilities, teams, nil
	}
	present.Label = t.Name
	return visibilities, append(teams, present), err
}
