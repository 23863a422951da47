package tool

// said makes a row's members out of names and what they are.
func said(pairs ...string) (out []Member) {
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Member{Name: pairs[i], About: pairs[i+1], form: prose})
	}
	return out
}

func a(name, about string) Member { return Member{Name: name, About: about, form: fact} }

func many(name, about string, of ...Member) Member {
	return Member{Name: name, About: about, form: list, Of: of}
}

func summary(about string) Member { return Member{Name: "summary", About: about, form: prose} }

const (
	isoDate = "as YYYY-MM-DD"
	amount  = "a plain decimal number with a point, without a currency sign"
)

// Tools are all tools, in the order of pages. Another one is another row.
var Tools = []Tool{
	{Name: "extract", Title: "Text", What: "The text of every page. Where pages have none, as scans and photographs, a model that sees reads it.",
		Instruction: "Write down all text of each page as it stands, in reading order. Divide the cells of a table's row by tabs. Leave nothing out and add nothing.",
		Shape:       Shape{many("pages", "one row for each page", said("text", "all of its text")...)}},
	{Name: "table", Title: "Tables", What: "Every table, with its columns and rows; also as CSV.",
		Instruction: "Find every table. Give its column names and all of its rows, each cell as it stands. A table that goes on over a page break is one table.",
		Shape:       Shape{many("tables", "", append(said("title", "its title, or a few words about it"), Member{Name: "columns", form: words}, Member{Name: "rows", About: "as many cells as there are columns", form: grid})...)}},
	{Name: "receipt", Title: "Receipt or invoice", What: "Who sold what to whom, when, for how much, with every line.",
		Instruction: "Read this receipt, invoice or credit note.",
		Shape: Shape{a("type", "receipt, invoice or credit note"), a("number", ""), a("date", isoDate), a("due", isoDate), a("seller", ""), a("seller_tax_id", ""), a("buyer", ""), a("currency", "ISO 4217"),
			a("net", amount), a("tax", amount), a("total", amount), many("lines", "", said("description", "", "quantity", "", "unit_price", amount, "amount", amount)...)}},
	{Name: "resume", Title: "Résumé", What: "Who somebody is, what they did and learned.",
		Instruction: "Read this résumé. Do not judge the person, and do not guess age, sex, origin, health or faith.",
		Shape: Shape{a("name", ""), a("email", ""), a("phone", ""), a("place", ""), a("headline", ""), many("work", "newest first", said("employer", "", "title", "", "from", "YYYY-MM or YYYY", "to", "the same; empty if it goes on", "what", "")...),
			many("education", "", said("school", "", "degree", "", "from", "", "to", "")...), many("skills", "", said("skill", "")...), many("languages", "", said("language", "", "level", "")...)}},
	{Name: "contract", Title: "Contract", What: "A summary, the parties, every clause, and who must do what by when.",
		Instruction: "Read this contract. Quote clauses in short, and say in a word what each is about. A risk is what a careful reader would ask a lawyer about; leave it empty otherwise.",
		Shape: Shape{summary("what it is about and what it binds whom to, in five sentences at most"), a("type", ""), a("effective", isoDate), a("ends", isoDate), a("governing_law", ""), many("parties", "", said("name", "", "role", "")...),
			many("clauses", "", said("heading", "", "about", "such as payment, liability, termination", "text", "its words, shortened", "risk", "")...), many("obligations", "", said("who", "", "what", "", "by", "when")...)}},
	{Name: "screenshot", Title: "Screenshot", What: "Which program it shows, what stands where, and what is wrong.", Seen: true,
		Instruction: "Describe this screenshot for somebody who cannot see it.",
		Shape: Shape{summary("what is seen, in three sentences at most"), a("program", ""), many("texts", "what stands there", said("where", "", "text", "")...),
			many("controls", "", said("type", "button, field, menu, link …", "label", "", "state", "such as enabled, chosen, off")...), many("problems", "errors and warnings that it shows", said("what", "")...)}},
	{Name: "diagram", Title: "Diagram", What: "What a drawing connects with what, as a list of nodes and edges.", Seen: true,
		Instruction: "Read this diagram, drawing or chart.",
		Shape: Shape{summary("what it shows, in three sentences at most"), a("type", "such as flow chart, sequence, organization, network, chart"), many("nodes", "", said("id", "a short name, unique", "label", "as it stands", "type", "")...),
			many("edges", "", said("from", "an id", "to", "an id", "label", "")...)}},
	{Name: "picture", Title: "Picture", What: "An alternative text for those who cannot see it, and a description to sell what it shows.", Seen: true,
		Instruction: "Describe this picture. Do not say who a person is, unless it is written in the picture.",
		Shape: Shape{a("alt", "an alternative text of 125 characters at most, without \"picture of\""), a("title", "what is shown, as a product's name"), summary("what is shown, in two sentences"),
			Member{Name: "description", About: "an honest description for a shop, of 60 to 120 words, from what is seen alone", form: prose}, many("features", "what is seen of the product", said("text", "")...), many("tags", "", said("tag", "a word")...)}},
}

// Find finds a tool.
func Find(name string) (Tool, bool) {
	for _, t := range Tools {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}
