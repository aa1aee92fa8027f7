import Foundation
import StrictJSON
import Support
import Testing

/// Witnesses as processes of their own, and other people's programs that believe what they have signed.
@Suite(
    .serialized,
    .enabled(
        if: PythonPeers.areThere,
        "tlog-scales and scitt-cose are not there: scripts/peers.sh installs them"))
struct WitnessPeerTests {
    /// A witness (C2SP tlog-witness) in a few lines, of another hand than the gateway's.
    private static let witness = """
        import base64, hashlib, http.server, pathlib, struct, sys, time
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

        name, port, vkey, out = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        key_id = hashlib.sha256(name.encode() + b'\\n\\x04' + public).digest()[:4]
        seen = {'size': 0, 'root': b''}

        def node(left, right): return hashlib.sha256(b'\\1' + left + right).digest()

        def extends(old, old_root, size, root, proof):
            # RFC 6962 section 2.1.2, by the recursion of the definition turned round.
            def walk(low, high, whole):
                if high - low == old - low and whole:
                    return old_root, old_root
                if high == old:
                    hash = proof.pop()
                    return hash, hash
                split = 1
                while split * 2 < high - low: split *= 2
                middle = low + split
                if old <= middle:
                    sibling = proof.pop()
                    small, large = walk(low, middle, whole)
                    return small, node(large, sibling)
                sibling = proof.pop()
                small, large = walk(middle, high, False)
                return node(sibling, small), node(sibling, large)
            if old == 0: return not proof
            if old == size: return not proof and old_root == root
            small, large = walk(0, size, True)
            return small == old_root and large == root and not proof

        def verified(note):
            text, signatures = note.rsplit('\\n\\n', 1)
            text += '\\n'
            for line in signatures.strip().split('\\n'):
                mark, who, blob = line.split(' ')
                blob = base64.b64decode(blob)
                for known in vkey.read_text().split():
                    origin, id, raw = known.split('+', 2)
                    if (who, blob[:4].hex()) != (origin, id): continue
                    Ed25519PublicKey.from_public_bytes(base64.b64decode(raw)[1:]).verify(blob[4:], text.encode())
                    origin, size, root = text.split('\\n')[:3]
                    return text, int(size), base64.b64decode(root)
            raise ValueError('unsigned')

        class Witness(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def say(self, status, body, kind='text/plain'):
                self.send_response(status)
                self.send_header('Content-Type', kind)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length'])).decode()
                if self.path != '/add-checkpoint': return self.say(404, b'')
                head, note = body.split('\\n\\n', 1)
                first, *lines = head.split('\\n')
                old = int(first.removeprefix('old '))
                try: text, size, root = verified(note)
                except Exception: return self.say(403, b'')
                if old > size: return self.say(400, b'')
                if old != seen['size']:
                    return self.say(409, b'%d\\n' % seen['size'], 'text/x.tlog.size')
                proof = [base64.b64decode(line) for line in lines]
                try: good = extends(old, seen['root'], size, root, proof)
                except IndexError: good = False
                if not good: return self.say(422, b'')
                seen.update(size=size, root=root)
                now = int(time.time())
                signature = key.sign(b'cosignature/v1\\ntime %d\\n' % now + text.encode())
                blob = base64.b64encode(key_id + struct.pack('>Q', now) + signature).decode()
                self.say(200, f'\\u2014 {name} {blob}\\n'.encode())

        server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Witness)
        vkey_text = name + '+' + key_id.hex() + '+' + base64.b64encode(b'\\4' + public).decode()
        out.write_text(f'witness {name} {vkey_text} http://127.0.0.1:{port}\\n')
        server.serve_forever()
        """

    /// Verifies a proof by tlog-scales and a receipt by scitt-cose, of the record whose line it is given.
    private static let verifiers = """
        import base64, hashlib, pathlib, sys
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        from scitt_cose.receipt import verify_receipt
        from tlog_scales.signing import Vkey
        from tlog_scales.tiles import leaf_hash
        from tlog_scales.tlog import Checkpoint, InclusionProof

        folder = pathlib.Path('.')
        record = pathlib.Path('record').read_bytes()
        vkey = pathlib.Path('certs/log.vkey').read_text().split()[0]
        head, note = pathlib.Path('proof').read_text().split('\\n\\n', 1)
        _, index, *hashes = head.split('\\n')
        end = Checkpoint.from_text(note)
        end.verify(Vkey.from_string(vkey))
        signed = 0
        for line in pathlib.Path('witnesses.policy').read_text().split('\\n'):
            if not line.startswith('witness '): continue
            try:
                end.verify(Vkey.from_string(line.split()[2]))
                signed += 1
            except Exception as error: print(error)
        assert signed >= 2, signed
        InclusionProof(
            int(index.removeprefix('index ')), end.size, [base64.b64decode(hash) for hash in hashes]
        ).check(leaf_hash(record), end.root_hash)
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(vkey.split('+', 2)[2])[1:])
        result = verify_receipt(
            pathlib.Path('receipt').read_bytes(), leaf_entry_hex=record.hex(),
            log_public_key_pem=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        assert result.ok, result.errors
        assert (result.root, result.tree_size) == (end.root_hash.hex(), end.size), result
        assert result.issuer == end.origin, result.issuer
        other = verify_receipt(
            pathlib.Path('receipt').read_bytes(), leaf_entry_hex=record.hex() + '00',
            log_public_key_pem=public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        assert not other.ok
        print('signed by', signed)
        """

    /// A gateway with three witnesses, of which two must sign.
    private struct Watched {
        let gateway: GatewayProcess
        let witnesses: [TetheredProcess]

        init() throws {
            gateway = try GatewayProcess(
                configuration: """
                    audit: { witnesses: ./witnesses.policy, witness_interval: 1s }

                    """, listen: ", federation: \"127.0.0.1:0\"")
            let folder = gateway.folder
            let ports = try LoopbackPorts.free(3)
            let names = (0..<3).map { "w\($0).example" }
            witnesses = try zip(names, ports).map { name, port in
                let log = folder.appending(path: name + ".log").path
                try Data().write(to: URL(filePath: log))
                return try TetheredProcess(
                    [
                        PythonPeers.python, "-c", WitnessPeerTests.witness, name, String(port),
                        folder.path + "/certs/log.vkey", folder.path + "/\(name).line",
                    ], log: log)
            }
            let deadline = Date().addingTimeInterval(30)
            var lines = ""
            for name in names {
                let path = folder.appending(path: name + ".line")
                var line = ""
                while line.last != "\n", Date() < deadline {
                    line = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
                }
                lines += line
            }
            let text = lines + "group two 2 \(names.joined(separator: " "))\nquorum two\n"
            try Data(text.utf8).write(to: folder.appending(path: "witnesses.policy"))
            try gateway.start()
        }

        /// A registration, and how long it took from its answer until both forms of its proof were there.
        func proved(_ id: String) throws -> (sequence: String, leaf: String, seconds: Double) {
            let answer = try gateway.register("api", id)
            let begin = ContinuousClock.now
            let parts = answer.headers["maxine-audit"]?.split(separator: ";").map(String.init) ?? []
            let (sequence, leaf) = (try #require(parts.first), try #require(parts.last))
            let path = "/api/maxine/audit/proof/\(sequence)?witnessed=true"
            let deadline = Date().addingTimeInterval(30)
            var status = 0
            while status != 200, Date() < deadline {
                status = try gateway.curl("GET", path, options: ["-o", "proof"]).status
            }
            let cose = try gateway.curl("GET", path + "&format=cose", options: ["-o", "receipt"])
            #expect(status == 200 && cose.status == 200)
            let taken = ContinuousClock.now - begin
            return (
                sequence, leaf,
                Double(taken.components.attoseconds) / 1e18
                    + Double(taken.components.seconds)
            )
        }
    }

    @Test func threeProgramsBelieveAReceiptThatTwoOfThreeWitnessesStandFor() throws {
        let watched = try Watched()
        let gateway = watched.gateway
        watched.witnesses[2].kill()
        var fastest = Double.infinity
        for round in 0..<5 {
            let (sequence, leaf, seconds) = try watched.proved("api-\(round)")
            fastest = min(fastest, seconds)
            let ours = try gateway.maxine(
                "audit", "prove", sequence, "--leaf", leaf, "--proof", "proof", "--policy",
                "witnesses.policy", "--log-key", "certs/log.vkey")
            #expect(ours.status == 0, "\(ours.error)")
            let file = gateway.folder.appending(
                path: "data/audit/segments/00000000000000000001.jsonl")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            let line = try #require(lines.first { $0.hasPrefix(#"{"seq":\#(sequence),"#) })
            try Data(line.utf8).write(to: gateway.folder.appending(path: "record"))
            let others = try Shell.run(
                [PythonPeers.python, "-c", Self.verifiers], directory: gateway.folder)
            #expect(others.status == 0, "\(others.output)\(others.error)")
            #expect(others.output.contains("signed by 2"), "\(others.output)")
        }
        #expect(fastest < 1, "both forms were there \(fastest) s after the answer")
        let end = try gateway.maxine(
            "audit", "checkpoint", "--policy", "witnesses.policy", "--log-key", "certs/log.vkey")
        #expect(end.status == 0, "\(end.error)")
        #expect(end.error.contains("2 of 3 witnesses"), "\(end.error)")
        #expect(gateway.stop() == 0)
        try verifies(gateway, end.output)
    }

    /// The log is held against the end that witnesses signed, which one that only the log's key signed is not taken for.
    private func verifies(_ gateway: GatewayProcess, _ note: String) throws {
        try Data(note.utf8).write(to: gateway.folder.appending(path: "end.note"))
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        let bare = lines.filter { !$0.contains(".example ") }.joined(separator: "\n")
        try Data(bare.utf8).write(to: gateway.folder.appending(path: "bare.note"))
        let one = lines.filter { !$0.contains("w0.example ") }.joined(separator: "\n")
        try Data(one.utf8).write(to: gateway.folder.appending(path: "one.note"))
        let common = [
            "audit", "verify", "--dir", "data/audit", "--key", "certs/log.vkey", "--policy",
            "witnesses.policy", "--checkpoint",
        ]
        let good = try gateway.maxine(common + ["end.note"])
        #expect(good.status == 0, "\(good.error)")
        #expect(good.output.contains("w1.example (key "), "\(good.output)")
        for bad in ["bare.note", "one.note"] {
            let refused = try gateway.maxine(common + [bad])
            #expect(refused.status == 6)
            #expect(refused.error.contains("not enough witnesses"), "\(refused.error)")
        }
        let noted = try gateway.maxine(
            "audit", "verify", "--key", "certs/log.vkey", "--policy", "witnesses.policy")
        #expect(noted.status == 0, "\(noted.error)")
    }
}
