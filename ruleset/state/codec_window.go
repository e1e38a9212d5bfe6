package state

import (
	"encoding/binary"
)

// AppendBinary appends the binary form of w, from which UnmarshalBinary makes it again: it is for stores that keep
// entries as bytes. The error is always nil.
func (w *Window) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, codecVersion)
	if !w.begun {
		return binary.AppendUvarint(b, 0), nil
	}
	r := &w.rows
	b = binary.AppendUvarint(b, uint64(r.width))
	b = binary.AppendVarint(b, w.last)
	b = binary.AppendUvarint(b, w.dropped)
	b = binary.AppendUvarint(b, uint64(r.len()))
	before := w.last
	for p := r.head; p < r.n; p++ {
		row := r.row(p)
		id := idOfWords(row)
		b = append(b, id[:]...)
		b = binary.AppendVarint(b, r.time(p)-before)
		before = r.time(p)
		b = binary.AppendUvarint(b, row[rowFlags])
		for _, v := range row[rowValues:] {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(w.Announced)))
	for _, a := range w.Announced {
		b = binary.AppendVarint(b, a.Period)
		b = append(b, a.By[:]...)
		b = binary.AppendUvarint(b, a.Count)
	}
	return w.texts.append(b), nil
}

// UnmarshalBinary makes w what AppendBinary wrote. Bytes that it did not write are an error, or some other window, and
// never more memory than a few times their number; at an error w is left as it was.
func (w *Window) UnmarshalBinary(b []byte) error {
	d := decoder{b: b}
	d.version()
	var to Window
	if width := d.upTo(rowValues + maxValues); width >= rowValues {
		to = d.window(int(width))
	} else if width != 0 {
		d.fail(errRange)
	}
	if err := d.done("window"); err != nil {
		return err
	}
	*w = to
	return nil
}

func (d *decoder) window(width int) Window {
	w := Window{begun: true, rows: rows{width: width}}
	w.last = d.millis(0)
	w.dropped = d.uvarint()
	n := d.count(16 + 1 + 1 + 8*(width-rowValues))
	w.rows.words = make([]uint64, 0, n*width)
	before := w.last
	for range n {
		var id EventID
		copy(id[:], d.bytes(16))
		lo, hi := wordsOfID(id)
		before = d.millis(before)
		w.last = max(w.last, before)
		w.rows.words = append(w.rows.words, lo, hi, uint64(before), d.uvarint())
		for range width - rowValues {
			w.rows.words = append(w.rows.words, d.word())
		}
	}
	w.rows.n = n
	w.rows.measure()
	w.oldest, w.flags = w.rows.oldest(), w.rows.flags()
	if n := d.count(1 + 16 + 1); n > 0 {
		w.Announced = make([]Announcement, n)
	}
	for i := range w.Announced {
		a := &w.Announced[i]
		a.Period = d.varint()
		copy(a.By[:], d.bytes(16))
		a.Count = d.uvarint()
	}
	w.texts = d.texts()
	return w
}

// millis reads a time that is written as the distance from another.
func (d *decoder) millis(from int64) int64 {
	v := d.varint()
	if v > 2*maxMillis || v < -2*maxMillis || from+v > maxMillis || from+v < -maxMillis {
		d.fail(errRange)
		return 0
	}
	return from + v
}

func (t *texts) append(b []byte) []byte {
	if t == nil {
		return binary.AppendUvarint(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(t.of)))
	for _, of := range t.of {
		b = binary.LittleEndian.AppendUint64(b, of.hash)
		b = binary.AppendUvarint(b, uint64(len(of.text)))
		b = append(b, of.text...)
	}
	return b
}

func (d *decoder) texts() *texts {
	n := d.upTo(maxTexts)
	if n == 0 {
		return nil
	}
	t := &texts{}
	for range n {
		hash := d.word()
		t.set(hash, string(d.bytes(int(d.upTo(maxTextBytes)))))
	}
	return t
}
