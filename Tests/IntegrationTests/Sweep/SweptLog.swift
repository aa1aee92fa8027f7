import Foundation
import Support
import Testing

/// The records of a gateway that has stopped, and another hand's verifier.
struct SweptLog {
    private var intents: Set<Substring> = []
    /// Reads, of which one that could not be answered as it was recorded has an outcome, too.
    private var reads: Set<Substring> = []
    private var outcomes: [Substring] = []
    private var registered: Set<String> = []
    /// The first record that is left of the log.
    private var first: UInt64 = .max

    init(_ gateway: GatewayProcess) throws {
        for line in try JournalFiles(of: gateway.folder).records() { take(line[...]) }
    }

    private mutating func take(_ line: Substring) {
        first = min(first, UInt64(Self.value("{\"seq\":", in: line)) ?? .max)
        if line.contains(#""type":"intent""#) {
            intents.insert(Self.value("{\"seq\":", in: line))
            if line.contains(#""action":"service.register""#) {
                registered.insert(Self.instance(in: line))
            }
        } else if line.contains(#""type":"decision""#) {
            reads.insert(Self.value("{\"seq\":", in: line))
        } else if line.contains(#""type":"outcome""#) {
            outcomes.append(Self.value(#""intent":"#, in: line))
        }
    }

    private static func value(_ mark: String, in line: Substring) -> Substring {
        guard let start = line.range(of: mark)?.upperBound else { return "" }
        return line[start...].prefix { $0.isNumber }
    }

    private static func instance(in line: Substring) -> String {
        guard let resource = line.range(of: #""resource":"#)?.upperBound,
            let start = line[resource...].range(of: #""id":""#)?.upperBound
        else { return "" }
        return String(line[start...].prefix { $0 != "\"" })
    }

    /// No effect is without its intent, and each intent has one outcome; what is there from before may have gone from the log.
    func expectCounted(_ listed: Set<String>, before: Set<String>, _ place: String) {
        let unknown = listed.subtracting(registered).subtracting(first > 1 ? before : [])
        #expect(unknown.isEmpty, "\(place): \(unknown)")
        #expect(Set(outcomes).count == outcomes.count, "\(place): an intent has two outcomes")
        let open = intents.subtracting(outcomes)
        #expect(open.isEmpty, "\(place): intents without an outcome")
        let strange = Set(outcomes).subtracting(intents).subtracting(reads).filter {
            UInt64($0) ?? 0 >= first
        }
        #expect(strange.isEmpty, "\(place): outcomes of no intent")
    }

    /// Verifies published logs by tlog-scales: the checkpoint, the root of the tiles, and that the records that are left are those of the segments.
    static let otherVerifier = """
        import gzip, pathlib, sys
        from tlog_scales.backend import LocalBackend
        from tlog_scales.reader import TilesReader
        from tlog_scales.signing import Vkey
        from tlog_scales.tiles import leaf_hash

        for name in sys.argv[1:]:
            folder = pathlib.Path(name)
            vkey = Vkey.from_string((folder / 'log.vkey').read_text().split()[0])
            reader = TilesReader(LocalBackend(folder / 'tlog'))
            end = reader.get_checkpoint()
            end.verify(vkey)
            assert reader.calculate_root_hash() == end.root_hash, name
            lines, segments = [], folder / 'segments'
            names = sorted({path.name[:20] for path in segments.iterdir()})
            gone = int(names[0]) - 1
            for first in names:
                plain, packed = segments / (first + '.jsonl'), segments / (first + '.jsonl.gz')
                data = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
                lines += [line for line in data.split(b'\\n') if line.startswith(b'{"seq":')]
            assert len(lines) == end.size - gone, (name, len(lines), gone, end.size)
            for index in range(gone, end.size):
                record = reader.get_entry(index)
                assert record == lines[index - gone], (name, index)
            for index in range(gone, end.size, 97):
                proof = reader.get_inclusion_proof(index, end.size)
                proof.check(leaf_hash(lines[index - gone]), end.root_hash)
        print('verified', len(sys.argv) - 1)
        """
}
