/// A small file that is read whole and replaced whole.
struct SmallFile {
    let system: any FileSystem
    let path: String

    private var folder: String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private var name: String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The file's text, or nil if there is no such file.
    func text() throws(AuditError) -> String? {
        guard let bytes = try bytes() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .evidence(file: path, why: "not UTF-8")
        }
        return text
    }

    /// The file's bytes, or nil if there is no such file.
    func bytes() throws(AuditError) -> [UInt8]? {
        do throws(FileFault) {
            guard try system.list(folder)?.contains(name) == true else { return nil }
            let file = try system.open(path, .read)
            defer { system.close(file) }
            let size = try system.size(file)
            guard size <= Limits.evidenceFileBytesMax else {
                throw FileFault(
                    operation: "read (too long)", path: path, errno: PosixFileSystem.inputOutput)
            }
            return try system.readRange(file, from: 0, count: Int(size))
        } catch {
            throw error.asAuditError
        }
    }

    /// Replaces the file so that after a crash it is the old or the new one, whole.
    func replace(with bytes: [UInt8]) throws(AuditError) {
        let temporary = path + ".new"
        do throws(FileFault) {
            try system.createFolder(folder)
            if try system.list(folder)?.contains(name + ".new") == true {
                try system.remove(temporary)
            }
            let file = try system.open(temporary, .create)
            let outcome = bytes.withUnsafeBytes { block in
                Result { () throws(FileFault) in
                    defer { system.close(file) }
                    try system.writeWhole(block, to: file, at: 0)
                    try system.sync(file)
                }
            }
            try outcome.get()
            try system.rename(temporary, to: path)
            try system.syncFolder(folder)
        } catch {
            throw error.asAuditError
        }
    }

    /// Adds bytes at the end, durable.
    func append(_ bytes: [UInt8]) throws(AuditError) {
        try withFile { file throws(FileFault) in
            let end = try system.size(file)
            let outcome = bytes.withUnsafeBytes { block in
                Result { () throws(FileFault) in try system.writeWhole(block, to: file, at: end) }
            }
            try outcome.get()
            try system.sync(file)
        }
    }

    /// Cuts the file, durable.
    func cut(to size: Int64) throws(AuditError) {
        try withFile { file throws(FileFault) in
            try system.truncate(file, to: size)
            try system.sync(file)
        }
    }

    /// Replaces the file and overwrites the blocks of the old one, so that nothing of it is left on the disk.
    ///
    /// Disks and file systems that write elsewhere (flash, copy on write) may keep old blocks all the same.
    func replaceAndOverwrite(with bytes: [UInt8]) throws(AuditError) {
        do throws(FileFault) {
            guard try system.list(folder)?.contains(name) == true else {
                return try asFault { () throws(AuditError) in try replace(with: bytes) }
            }
            let old = try system.open(path, .update)
            defer { system.close(old) }
            try asFault { () throws(AuditError) in try replace(with: bytes) }
            let zeros = [UInt8](repeating: 0, count: Int(try system.size(old)))
            let outcome = zeros.withUnsafeBytes { block in
                Result { () throws(FileFault) in try system.writeWhole(block, to: old, at: 0) }
            }
            try outcome.get()
            try system.sync(old)
        } catch {
            throw error.asAuditError
        }
    }

    private func asFault(_ body: () throws(AuditError) -> Void) throws(FileFault) {
        do throws(AuditError) {
            try body()
        } catch {
            var number = PosixFileSystem.inputOutput
            if case .io(_, _, let errno) = error { number = errno }
            throw FileFault(operation: "replace", path: path, errno: number)
        }
    }

    private func withFile(_ body: (OpenFile) throws(FileFault) -> Void) throws(AuditError) {
        do throws(FileFault) {
            let file = try system.open(path, .update)
            defer { system.close(file) }
            try body(file)
        } catch {
            throw error.asAuditError
        }
    }
}
