namespace Elman;

/// <summary>Files that are read: whatever keeps them from being read is one line that says what to do.</summary>
internal static class InputFile
{
    /// <summary>Opens a file, lets <paramref name="read"/> read it, and closes it.</summary>
    /// <exception cref="ElmanException">There is no such file, or it cannot be read.</exception>
    public static T Read<T>(string path, Func<FileStream, T> read) => Guard(path, () =>
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!stream.CanSeek) throw new ElmanException($"cannot read '{path}': it is a pipe or a device; give the name of a file");
        return read(stream);
    });

    /// <summary>Lets <paramref name="read"/> open and read a file in its own way. What it throws has no inner exception: what cannot be read is bad input, only what cannot be written a failure of the machine.</summary>
    /// <exception cref="ElmanException">There is no such file, or it cannot be read.</exception>
    public static T Guard<T>(string path, Func<T> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new ElmanException($"cannot read '{path}': it is a directory; give the name of a file");
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ElmanException($"cannot read '{path}': there is no such file; check the name");
        }
        catch (UnauthorizedAccessException)
        {
            throw new ElmanException($"cannot read '{path}': no permission; change the file's permissions");
        }
        catch (IOException failure)
        {
            throw new ElmanException($"cannot read '{path}': {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The whole content.</summary>
    /// <exception cref="ElmanException">It is more than an array holds.</exception>
    public static byte[] ReadAll(FileStream stream)
    {
        if (stream.Length > Array.MaxLength) throw new ElmanException($"{stream.Name}: {stream.Length} bytes, more than {Array.MaxLength} are not read");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.Position = 0;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
