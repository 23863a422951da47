package semantic

import "strings"

// synonyms say the same in questions. Each line is one meaning, of base forms; a word that has two meanings in questions (hire, fall,
// pick up) is left out.
var synonyms = groups(`
	delete remove erase
	fix repair mend
	quick fast rapid
	begin start
	big large
	biggest largest
	bigger larger
	smallest tiniest
	fastest quickest
	faster quicker
	buy purchase
	build make create
	compose write
	choose select pick
	advantage benefit pro
	disadvantage drawback con
	show display
	join concatenate
	split divide
	end terminate
	pc computer
	tyre tire
	bike bicycle
	aeroplane airplane
	colour color
	summarise summarize
	organise organize
	math maths mathematics
	photo photograph picture
	movie film
	physician doctor
	kid child
	disease illness
	holiday vacation
	sofa couch
	store shop
	tap faucet
	use utilize utilise
	help assist
	difficult hard
	easy simple
	cheap inexpensive
	expensive costly
	tiny small
	answer reply
	client customer
	repository repo
	database db
	configuration config
	application app
	information info
	documentation docs doc
	administrator admin
	folder directory
	function func
	javascript js
	kubernetes k8s
	postgresql postgres
	usa us america
	uk britain
	conversion convert
	installation install
	calculation calculate
	comparison compare
	translation translate
	deletion delete
	creation create
	pronunciation pronounce
	definition define
	request ask
	grow cultivate
	prepare cook
	infer deduce
	rapid fast
	modify change alter
	get obtain
	street road
	garbage trash rubbish
	flat apartment
	petrol gasoline
	salary wage
	smart intelligent clever
	happy glad
	ill sick
	purpose function
	correct right
	error mistake
	employee worker
		tv television
	phone telephone
	ad advertisement advert
	exam examination
	lab laboratory
	gym gymnasium
	fridge refrigerator
	vehicle car`)

func groups(lines string) map[string]string {
	m := map[string]string{}
	for l := range strings.Lines(strings.TrimSpace(lines)) {
		first := ""
		for w := range strings.FieldsSeq(l) {
			w = stem(w)
			if first == "" {
				first = w
				if m[w] != "" {
					first = m[w]
				}
			}
			if m[w] == "" {
				m[w] = first
			}
		}
	}
	return m
}
