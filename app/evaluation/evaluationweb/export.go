package evaluationweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/web"
)

// exportRun gives all answers as a table or as JSON.
func (h *Handlers) exportRun(c *web.Context) error {
	all, err := h.results(c)
	if err != nil {
		return err
	}
	if c.QueryParam("format") == "json" {
		c.Response().Header().Set("Content-Disposition", `attachment; filename="evaluation.json"`)
		return c.JSON(http.StatusOK, resultList{all})
	}
	rows := make([][]string, len(all))
	for i, r := range all {
		rows[i] = cells(&r)
	}
	return c.CSV("evaluation.csv", columns, rows)
}

var columns = []string{"row", "subject", "model", "question", "expected", "answer", "step", "scored", "right", "mark", "why", "code", "refusal", "cost_usd", "judge_cost_usd", "took_ms", "input_tokens", "output_tokens", "request_id"}

func cells(r *resultJSON) []string {
	var why []string
	for _, s := range r.Scores {
		if s.Why != "" {
			why = append(why, s.Why)
		}
	}
	why = append(why, r.Notes...)
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return []string{strconv.Itoa(r.Row), strconv.Itoa(r.Subject + 1), r.Model, r.Question, r.Expected, r.Answer, r.Step, strconv.FormatBool(r.Scored), strconv.FormatBool(r.Right),
		strconv.FormatFloat(r.Mark, 'f', 3, 64), strings.Join(why, " "), r.Code, r.Refusal, r.CostUSD.String(), r.JudgeUSD.String(), n(r.TookMS), n(r.InTokens), n(r.OutTokens), r.RequestID}
}
