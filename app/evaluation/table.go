package evaluation

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func readTable(text string, of Columns) ([]Row, error) {
	r := csv.NewReader(strings.NewReader(text))
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';' // as spreadsheets write where commas are decimal
	}
	head, err := r.Read()
	if err != nil {
		return nil, badCSV(err)
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	places, err := of.find(head)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, badCSV(err)
		}
		if len(rows) == MaxRows {
			return nil, tooMany()
		}
		rows = append(rows, places.row(head, cells))
	}
}

func badCSV(err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		why := at.Err.Error()
		if errors.Is(at.Err, csv.ErrFieldCount) {
			why = "it has another number of columns than the first line"
		}
		return wrongText("Line %d: %s. Columns are divided by commas or semicolons, and a text that holds one stands in double quotes.", at.Line, why)
	}
	return wrongText("The table cannot be read. Its first line names the columns.")
}

// places are the numbers of the columns that are no variables; -1 is none.
type places struct{ question, expected, notes int }

func (c Columns) find(head []string) (places, error) {
	seen := map[string]bool{}
	for i, name := range head {
		if name == "" {
			return places{}, wrongText("Line 1: the column %d has no name.", i+1)
		}
		if seen[name] {
			return places{}, wrongText("Line 1: two columns are called %q.", oneLine(name, 60))
		}
		seen[name] = true
	}
	var errs []error
	at := func(field, name, usual string) int {
		if name = strings.TrimSpace(name); name == "" {
			return slices.Index(head, usual)
		}
		i := slices.Index(head, name)
		if i < 0 {
			errs = append(errs, fault.Field(field, fmt.Sprintf("There is no column %q. The file has: %s.", oneLine(name, 60), oneLine(strings.Join(head, ", "), 300))))
		}
		return i
	}
	p := places{at("question_column", c.Question, "input"), at("expected_column", c.Expected, "expected"), at("notes_column", c.Notes, "notes")}
	return p, errors.Join(errs...)
}

func (p places) row(head, cells []string) Row {
	var r Row
	for i, cell := range cells {
		switch i {
		case p.question:
			if strings.TrimSpace(cell) != "" {
				r.Messages = []Message{{Role: "user", Content: cell}}
			}
		case p.expected:
			r.Expected = cell
		case p.notes:
			r.Notes = cell
		default:
			if r.Variables == nil {
				r.Variables = map[string]json.RawMessage{}
			}
			r.Variables[head[i]] = variable(cell)
		}
	}
	return r
}

// variable is a cell as the value of a variable: prompts read numbers and yes or no from texts as well.
func variable(cell string) json.RawMessage {
	b, err := json.Marshal(cell)
	if err != nil { // a text always can be written
		return json.RawMessage(`""`)
	}
	return b
}
