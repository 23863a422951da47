package batch

import (
	"bufio"
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
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

var hole = regexp.MustCompile(`\{\{\s*([^{}]+?)\s*\}\}`)

// table makes a chat request of each row.
func (d *Draft) table(in io.Reader, each func(a asked) error) error {
	row := &ration{from: plain(in), left: MaxLine}
	r := csv.NewReader(row)
	head, err := r.Read()
	if err != nil {
		return fault.Field("text", "The first row of the table names its columns, with commas between them.").Because(err)
	}
	columns := map[string]int{}
	for i, name := range head {
		columns[strings.TrimSpace(name)] = i
	}
	if err := d.fits(columns); err != nil {
		return err
	}
	seen := ids{}
	for number := 1; ; number++ {
		row.left = MaxLine
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadRow(number, len(head), err)
		}
		a, err := d.row(number, cells, columns)
		if err != nil {
			return err
		}
		if first, twice := seen.add(a.CustomID, number); twice {
			return fault.Field("id_column", fmt.Sprintf("Rows %d and %d have the same value in this column. Results are found by it.", first, number))
		}
		if err := each(a); err != nil {
			return err
		}
	}
}

// unreadRow says why a row could not be read; what is not the file's fault is said as it is.
func unreadRow(number, columns int, err error) error {
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, errLong):
		return fault.Field("text", fmt.Sprintf("Row %d is longer than %d MiB: a quote may be missing at the end of a value.", number, MaxLine>>20))
	case errors.As(err, &wrong):
		return fault.Field("text", fmt.Sprintf("Row %d cannot be read: it needs %d columns, and quotes around what has commas or quotes in it.", number, columns)).Because(err)
	}
	return err
}

// ration bounds a row: a quote that is never closed would have all of a file in memory.
type ration struct {
	from io.Reader
	left int
}

// Read implements io.Reader.
func (r *ration) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLong
	}
	n, err := r.from.Read(p)
	r.left -= n
	return n, err
}

// plain is a file without the mark that some programs put before UTF-8.
func plain(in io.Reader) io.Reader {
	b := bufio.NewReader(in)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		_, _ = b.Discard(3) // it is there
	}
	return b
}

// fits checks what is asked against the columns that there are.
func (d *Draft) fits(columns map[string]int) error {
	var errs []error
	names := clip(strings.Join(slices.Sorted(maps.Keys(columns)), ", "), 400)
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
	long := fault.Field("text", fmt.Sprintf("Row %d asks more than %d MiB, the most that one request may have. Shorten it, or what each row asks.", number, MaxLine>>20))
	if d.filled(d.System, row, columns)+d.filled(d.Prompt, row, columns) > MaxLine {
		return asked{}, long
	}
	q := chat{Model: d.Model, MaxTokens: d.MaxOutput}
	if d.System != "" {
		q.Messages = append(q.Messages, message{"system", fill(d.System)})
	}
	q.Messages = append(q.Messages, message{"user", fill(d.Prompt)})
	for _, cell := range row {
		if !utf8.ValidString(cell) { // it would be asked with other characters than the file has
			return asked{}, fault.Field("text", fmt.Sprintf("Row %d holds characters that are not text. Save the file as UTF-8 and send it again.", number))
		}
	}
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
	if len(a.Body) > MaxLine-aroundBody { // escapes make it longer than what it says
		return a, long
	}
	return a, nil
}

// filled is how long a text becomes with a row's values, told before it is made: a value that stands in it a thousand times is no longer small.
func (d *Draft) filled(text string, row []string, columns map[string]int) (n int) {
	n = len(text)
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		n += len(row[columns[m[1]]]) - len(m[0])
	}
	return n
}
