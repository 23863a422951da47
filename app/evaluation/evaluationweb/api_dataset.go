package evaluationweb

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// datasetJSON is rows of questions with expected answers.
type datasetJSON struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	About      string    `json:"about"`
	Visibility string    `json:"visibility"` // private, team or organization
	Team       string    `json:"team"`       // id; "" but with the visibility team
	Owner      string    `json:"owner"`      // who made it
	Rows       int       `json:"rows"`
	Bytes      int64     `json:"bytes"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

type datasetList struct {
	Data []datasetJSON `json:"data"`
}

// messageJSON is one message of a row.
type messageJSON struct {
	Role    string `json:"role"` // system, user or assistant
	Content string `json:"content"`
}

// rowJSON is one question.
type rowJSON struct {
	Number    int                        `json:"number"`
	Variables map[string]json.RawMessage `json:"variables,omitempty"` // of a stored prompt
	Messages  []messageJSON              `json:"messages,omitempty"`
	Expected  string                     `json:"expected,omitempty"`
	Notes     string                     `json:"notes,omitempty"`
	Request   string                     `json:"request,omitempty"` // the rated request that it was taken from
}

type rowList struct {
	Data []rowJSON `json:"data"`
}

// rowInput is one question of a new dataset.
type rowInput struct {
	Input     string                     `json:"input"` // one message of the user; or messages
	Messages  []messageJSON              `json:"messages"`
	Variables map[string]json.RawMessage `json:"variables"` // of a stored prompt
	Expected  string                     `json:"expected"`
	Notes     string                     `json:"notes"`
}

// datasetInput stores a dataset: from rows, or from the text of a file.
type datasetInput struct {
	Name           string     `json:"name"`
	About          string     `json:"about"`
	Visibility     string     `json:"visibility"` // organization without
	Team           string     `json:"team"`
	Rows           []rowInput `json:"rows"`
	Format         string     `json:"format"` // jsonl or csv, of text
	Text           string     `json:"text"`   // a whole file, instead of rows
	QuestionColumn string     `json:"question_column"`
	ExpectedColumn string     `json:"expected_column"`
	NotesColumn    string     `json:"notes_column"`
}

func (in *datasetInput) read() ([]evaluation.Row, error) {
	if in.Text != "" || in.Format != "" {
		if len(in.Rows) > 0 {
			return nil, fault.Field("rows", `Send "rows" or the "text" of a file, not both.`)
		}
		return evaluation.ReadRows(evaluation.Format(in.Format), in.Text, evaluation.Columns{Question: in.QuestionColumn, Expected: in.ExpectedColumn, Notes: in.NotesColumn})
	}
	rows := make([]evaluation.Row, len(in.Rows))
	for i, r := range in.Rows {
		rows[i] = evaluation.Row{Variables: r.Variables, Expected: r.Expected, Notes: r.Notes}
		for _, m := range r.Messages {
			rows[i].Messages = append(rows[i].Messages, evaluation.Message(m))
		}
		if r.Input != "" {
			rows[i].Messages = append(rows[i].Messages, evaluation.Message{Role: "user", Content: r.Input})
		}
	}
	return rows, nil
}

// datasetChange changes what it names and leaves the rest.
type datasetChange struct {
	Name       *string `json:"name"`
	About      *string `json:"about"`
	Visibility *string `json:"visibility"`
	Team       *string `json:"team"`
}

func datasetOut(d evaluation.Dataset) datasetJSON {
	out := datasetJSON{ID: d.ID.String(), Name: d.Name, About: d.About, Visibility: string(d.Visibility), Owner: d.OwnerLabel, Rows: d.Rows, Bytes: d.Size, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}
	if d.Visibility == evaluation.Team {
		out.Team = d.Team.String()
	}
	return out
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

func (h *Handlers) apiDatasets(c *web.Context) error {
	all, err := h.Evaluations.Datasets(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := datasetList{Data: make([]datasetJSON, len(all))}
	for i, d := range all {
		out.Data[i] = datasetOut(d)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[datasetInput](c)
	if err != nil {
		return err
	}
	rows, err := in.read()
	if err != nil {
		return err
	}
	d, err := h.Evaluations.Create(c.Ctx(), c.Actor(), evaluation.Input{Name: in.Name, About: in.About, Visibility: evaluation.Visibility(or(in.Visibility, string(evaluation.Everyone))), Team: teamOf(in.Team)}, rows)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, datasetOut(d))
}

// dataset is the one that the path names.
func (h *Handlers) dataset(c *web.Context) (evaluation.Dataset, error) {
	which, err := datasetID(c)
	if err != nil {
		return evaluation.Dataset{}, err
	}
	return h.Evaluations.Dataset(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) apiDataset(c *web.Context) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, datasetOut(d))
}

func (h *Handlers) apiRows(c *web.Context) error {
	which, err := datasetID(c)
	if err != nil {
		return err
	}
	rows, err := h.Evaluations.Rows(c.Ctx(), c.Actor(), which, 0, evaluation.MaxRows)
	if err != nil {
		return err
	}
	out := rowList{Data: make([]rowJSON, len(rows))}
	for i, r := range rows {
		out.Data[i] = rowOut(r)
	}
	return c.JSON(http.StatusOK, out)
}

func rowOut(r evaluation.Row) rowJSON {
	out := rowJSON{Number: r.Number, Variables: r.Variables, Expected: r.Expected, Notes: r.Notes}
	if !r.Request.IsZero() {
		out.Request = r.Request.String()
	}
	for _, m := range r.Messages {
		out.Messages = append(out.Messages, messageJSON(m))
	}
	return out
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	change, err := web.Decode[datasetChange](c)
	if err != nil {
		return err
	}
	in := evaluation.Input{Name: d.Name, About: d.About, Visibility: d.Visibility, Team: d.Team}
	if change.Name != nil {
		in.Name = *change.Name
	}
	if change.About != nil {
		in.About = *change.About
	}
	if change.Visibility != nil {
		in.Visibility = evaluation.Visibility(*change.Visibility)
	}
	if change.Team != nil {
		in.Team = teamOf(*change.Team)
	}
	if d, err = h.Evaluations.Update(c.Ctx(), c.Actor(), d.ID, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, datasetOut(d))
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := datasetID(c)
	if err != nil {
		return err
	}
	if err := h.Evaluations.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
