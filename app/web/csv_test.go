package web

import (
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestExportedCellsAreReadAsTextAndNeverRun(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"":                          "",
		"Team Search":               "Team Search",
		"=HYPERLINK(\"http://x\")":  "'=HYPERLINK(\"http://x\")",
		"+1+1":                      "'+1+1",
		"-2+3":                      "'-2+3",
		"@SUM(A1)":                  "'@SUM(A1)",
		"\t=1":                      "'\t=1",
		"\r=1":                      "'\r=1",
		"-12.5":                     "-12.5",
		"-":                         "'-",
		"12.000000001":              "12.000000001",
		"a\"b,c":                    "a\"b,c",
		"two\r\nlines, and a =sign": "two\r\nlines, and a =sign",
	} {
		e, rec := echo.New(), httptest.NewRecorder()
		c := &Context{Context: e.NewContext(httptest.NewRequest("GET", "/", nil), rec)}
		if err := c.CSV("x.csv", []string{"name", "n"}, [][]string{{cell, "1"}}); err != nil {
			t.Fatal(err)
		}
		body := rec.Body.String()
		if !strings.HasPrefix(body, "name,n\r\n") || !strings.HasSuffix(body, ",1\r\n") {
			t.Errorf("%q: %q is not RFC 4180", cell, body)
		}
		if strings.Contains(cell, "\r") { // Go's reader makes \n of \r\n; the bytes say it
			if !strings.Contains(body, want[:1]) {
				t.Errorf("%q became %q", cell, body)
			}
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][0] != want {
			t.Errorf("%q became %q (%v), want %q", cell, rows, err, want)
		}
	}
}
