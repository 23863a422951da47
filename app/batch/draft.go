package batch

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// MaxTyped is how large a file may be that comes by the dashboard or the management API, where it is looked through before it is taken;
// larger ones come by POST /v1/files.
const MaxTyped = 4 << 20

// Format is what a file of a draft is.
type Format string

// The formats.
const (
	JSONL Format = "jsonl" // lines as OpenAI's batches have them
	CSV   Format = "csv"   // a table whose rows fill in a prompt
)

// Draft is a batch that somebody makes of a file.
type Draft struct {
	Name   string
	Key    id.Key
	Format Format
	Text   string // the file

	// Of a table: what each row asks. {{column}} in System and Prompt is the row's value.
	Model     string
	System    string
	Prompt    string
	IDColumn  string // holds the results' custom ids; "" numbers the rows
	MaxOutput int64  // tokens; 0 is the model's own

	Cap      money.USD // 0: only budgets stop it
	Priority string
	StartAt  time.Time // zero: at once
	Native   bool      // it may wait a day, for half the price where the provider has that
	OffPeak  bool      // in the organization's off-peak hours alone
}

// chat is a request of a table's row.
type chat struct {
	Model     string    `json:"model"`
	Messages  []message `json:"messages"`
	MaxTokens int64     `json:"max_completion_tokens,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

const chats = "/v1/chat/completions"

// lines are the requests of a draft, and the endpoint that all of them have.
func (d *Draft) lines() (out []asked, endpoint string, err error) {
	if strings.TrimSpace(d.Text) == "" {
		return nil, "", fault.Field("text", "Choose a file, or paste what is in it.")
	}
	if len(d.Text) > MaxTyped {
		return nil, "", fault.Field("text", fmt.Sprintf("The file is larger than %d MiB. Upload larger ones with POST /v1/files.", MaxTyped>>20))
	}
	switch d.Format {
	case CSV:
		out, err = d.table()
		endpoint = chats
	case JSONL:
		out, endpoint, err = d.typed()
	default:
		err = fault.Field("format", `The format is "jsonl" or "csv".`)
	}
	if err == nil && len(out) == 0 {
		err = fault.Field("text", "The file has no requests.")
	}
	return out, endpoint, err
}

// typed reads lines of JSON. The first one says which endpoint all have.
func (d *Draft) typed() (out []asked, endpoint string, err error) {
	in := bufio.NewReader(strings.NewReader(d.Text))
	b := Batch{Family: OpenAI}
	seen := map[string]bool{}
	for number := 1; ; number++ {
		text, readErr := readLine(in)
		if errors.Is(readErr, errLong) {
			return nil, "", fault.Field("text", fmt.Sprintf("Line %d: a line has at most %d MiB.", number, MaxLine>>20))
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if b.Body.Endpoint == "" {
				var first asked
				_ = json.Unmarshal(text, &first) // what is wrong with it is said below
				if b.Body.Endpoint = first.URL; !slices.Contains(Endpoints, first.URL) {
					b.Body.Endpoint = chats
				}
			}
			a, wrong := readAsked(text, &b)
			if wrong == nil && seen[a.CustomID] {
				wrong = &Wrong{Message: "another line has this custom_id already."}
			}
			if wrong != nil {
				return nil, "", fault.Field("text", fmt.Sprintf("Line %d: %s", number, wrong.Message))
			}
			seen[a.CustomID] = true
			if out = append(out, a); len(out) > MaxItems {
				return nil, "", fault.Field("text", fmt.Sprintf("A batch has at most %d requests.", MaxItems))
			}
		}
		if readErr != nil {
			return out, b.Body.Endpoint, nil
		}
	}
}

var hole = regexp.MustCompile(`\{\{\s*([^{}]+?)\s*\}\}`)

// table makes a chat request of each row.
func (d *Draft) table() (out []asked, err error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(d.Text, "\ufeff")))
	head, err := r.Read()
	if err != nil {
		return nil, fault.Field("text", "The first row of the table names its columns, with commas between them.").Because(err)
	}
	columns := map[string]int{}
	for i, name := range head {
		columns[strings.TrimSpace(name)] = i
	}
	if err := d.fits(columns); err != nil {
		return nil, err
	}
	seen := map[string]int{}
	for number := 1; ; number++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fault.Field("text", fmt.Sprintf("Row %d cannot be read: it needs %d columns, and quotes around what has commas or quotes in it.", number, len(head))).Because(err)
		}
		a, err := d.row(number, row, columns)
		if err != nil {
			return nil, err
		}
		if first := seen[a.CustomID]; first > 0 {
			return nil, fault.Field("id_column", fmt.Sprintf("Rows %d and %d have the same value in this column. Results are found by it.", first, number))
		}
		seen[a.CustomID] = number
		if out = append(out, a); len(out) > MaxItems {
			return nil, fault.Field("text", fmt.Sprintf("A batch has at most %d rows.", MaxItems))
		}
	}
}

// fits checks what is asked against the columns that there are.
func (d *Draft) fits(columns map[string]int) error {
	var errs []error
	names := strings.Join(slices.Sorted(maps.Keys(columns)), ", ")
	if strings.TrimSpace(d.Model) == "" {
		errs = append(errs, fault.Field("model", "Name the model that is asked."))
	}
	if strings.TrimSpace(d.Prompt) == "" {
		errs = append(errs, fault.Field("prompt", "Write what each row asks. {{column}} stands for the row's value; there are: "+names+"."))
	}
	for field, text := range map[string]string{"prompt": d.Prompt, "system": d.System} {
		for _, m := range hole.FindAllStringSubmatch(text, -1) {
			if _, ok := columns[m[1]]; !ok {
				errs = append(errs, fault.Field(field, fmt.Sprintf("The table has no column %q. It has: %s.", clip(m[1], 60), names)))
			}
		}
	}
	if _, ok := columns[d.IDColumn]; d.IDColumn != "" && !ok {
		errs = append(errs, fault.Field("id_column", fmt.Sprintf("The table has no column %q. It has: %s.", clip(d.IDColumn, 60), names)))
	}
	if d.MaxOutput < 0 {
		errs = append(errs, fault.Field("max_output", "The longest answer is a number of tokens, or nothing."))
	}
	return errors.Join(errs...)
}

func (d *Draft) row(number int, row []string, columns map[string]int) (asked, error) {
	fill := func(text string) string {
		return hole.ReplaceAllStringFunc(text, func(m string) string { return row[columns[hole.FindStringSubmatch(m)[1]]] })
	}
	q := chat{Model: d.Model, MaxTokens: d.MaxOutput}
	if d.System != "" {
		q.Messages = append(q.Messages, message{"system", fill(d.System)})
	}
	q.Messages = append(q.Messages, message{"user", fill(d.Prompt)})
	a := asked{CustomID: "row-" + strconv.Itoa(number), Method: "POST", URL: chats}
	if d.IDColumn != "" {
		if a.CustomID = strings.TrimSpace(row[columns[d.IDColumn]]); a.CustomID == "" || len(a.CustomID) > maxCustomID {
			return a, fault.Field("id_column", fmt.Sprintf("Row %d has nothing in this column, or more than %d characters.", number, maxCustomID))
		}
	}
	var err error
	if a.Body, err = json.Marshal(q); err != nil {
		return a, fmt.Errorf("batch: write row %d: %w", number, err)
	}
	return a, nil
}
