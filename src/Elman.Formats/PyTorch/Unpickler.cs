using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Elman.Formats.PyTorch;

/// <summary>A Python tuple.</summary>
internal sealed record PyTuple(IReadOnlyList<object?> Items);

/// <summary>A Python list, which grows after it was made.</summary>
internal sealed class PyList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A Python dict or OrderedDict: pairs in the order in which they were set. A key may appear twice; the reader decides what that means.</summary>
internal sealed class PyDict
{
    public List<(object? Key, object? Value)> Items { get; } = [];
}

/// <summary>A name that a pickle imports. It is never looked up: only the few names that the caller knows mean anything.</summary>
internal sealed record PyGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>
/// A value of a class that means nothing to the reader, or the class itself: a training loop's settings, a counter, a scalar of NumPy. It is not built, and what would go into it is dropped; only
/// its name is left.
/// </summary>
internal sealed record PyOpaque(string Name);

/// <summary>What the few names mean that weights have need of.</summary>
internal interface IPickleMeaning
{
    /// <summary>What a name stands for: itself where it means something, a <see cref="PyOpaque"/> where it does not.</summary>
    /// <exception cref="PickleException">Weights in a form that is not read would be lost with it.</exception>
    object Named(PyGlobal global);

    /// <summary>The value of an allowed name that is called.</summary>
    /// <exception cref="PickleException">The name cannot be called, or not with these arguments.</exception>
    object? Call(PyGlobal function, PyTuple arguments);

    /// <summary>The value that a persistent id stands for.</summary>
    /// <exception cref="PickleException">The id is none.</exception>
    object? Load(object? id);
}

/// <summary>A pickle is damaged, or holds weights in a form that is not read.</summary>
internal sealed class PickleException(string message) : Exception(message);

/// <summary>
/// Reads Python's pickle format (protocols 2 to 5, https://docs.python.org/3/library/pickletools.html) as far as files of weights use it. It is a
/// stack machine without a single call into anything: names are compared with a list, values are numbers, texts, lists, tuples, dicts,
/// what <see cref="IPickleMeaning"/> makes, and names without content (<see cref="PyOpaque"/>) for all else. It never recurses, and every step consumes a byte of its input, so that time and memory are bounded by the
/// input's length.
/// </summary>
internal sealed class Unpickler
{
    /// <summary>Python's integers have no end; the largest that PyTorch writes is its magic number of 10 bytes.</summary>
    private const int LongestInteger = 16;

    private const int LongestLine = 1000;

    private static readonly PyOpaque Bytes = new("bytes"), Set = new("set");

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _data;
    private readonly IPickleMeaning _meaning;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;

    private Unpickler(ReadOnlyMemory<byte> data, IPickleMeaning meaning) => (_data, _meaning) = (data, meaning);

    /// <summary>Reads one pickle.</summary>
    /// <param name="data">Bytes that begin with it.</param>
    /// <param name="meaning">What names and persistent ids mean.</param>
    /// <param name="length">How many of the bytes it takes.</param>
    /// <exception cref="PickleException">The pickle is damaged, or mentions a name that is not allowed.</exception>
    public static object? Read(ReadOnlyMemory<byte> data, IPickleMeaning meaning, out int length)
    {
        Unpickler unpickler = new(data, meaning);
        while (unpickler.Step((char)unpickler.Byte()))
        {
        }
        length = unpickler._position;
        return unpickler.Pop();
    }

    /// <summary>Executes one instruction.</summary>
    /// <returns>False at the end of the pickle.</returns>
    private bool Step(char code)
    {
        switch (code)
        {
            case '.': return false;
            case '\u0080': _ = Byte(); break; // PROTO: the instructions tell themselves apart.
            case '\u0095': _ = Take(8); break; // FRAME: a hint for readers of pipes.
            case '(': _marks.Add(_stack.Count); break;
            case '0': Pop(); break;
            case '1': _ = PopToMark(); break;
            case '2': Push(Peek()); break;
            case 'N': Push(null); break;
            case '\u0088': Push(true); break;
            case '\u0089': Push(false); break;
            case '}': Push(new PyDict()); break;
            case ']': Push(new PyList()); break;
            case ')': Push(new PyTuple([])); break;
            case 't': Push(new PyTuple(PopToMark())); break;
            case '\u0085': Push(new PyTuple([Pop()])); break;
            case '\u0086': Push(new PyTuple(Pop(2))); break;
            case '\u0087': Push(new PyTuple(Pop(3))); break;
            case 'a': AppendTo([Pop()]); break;
            case 'e': AppendTo(PopToMark()); break;
            case 's': SetItems(Pop(2)); break;
            case 'u': SetItems(PopToMark()); break;
            case 'b': Build(); break;
            case 'R': Call(); break;
            case '\u0081': Call(); break; // NEWOBJ
            case '\u0092': NewObject(); break;
            case '\u008f': Push(Set); break;
            case '\u0090': AddTo(PopToMark()); break;
            case '\u0091': _ = PopToMark(); Push(Set); break;
            case 'c': Push(_meaning.Named(new PyGlobal(Line(), Line()))); break;
            case '\u0093': StackGlobal(); break;
            case 'i': throw Bad("a value is made in a way that no file of weights uses");
            case 'Q': Push(_meaning.Load(Pop())); break;
            default: if (!Number(code) && !String(code) && !Memo(code)) throw Bad($"the instruction 0x{(int)code:X2} is not one that a file of weights uses"); break;
        }
        return true;
    }

    private bool Number(char code)
    {
        switch (code)
        {
            case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); return true;
            case 'K': Push((long)Byte()); return true;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); return true;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); return true;
            case '\u008a': PushInteger(Byte()); return true;
            case '\u008b': PushInteger(Length(Take(4))); return true;
            default: return false;
        }
    }

    private bool String(char code)
    {
        switch (code)
        {
            case 'X': Push(Text(Length(Take(4)))); return true;
            case '\u008c': Push(Text(Byte())); return true;
            case '\u008d': Push(Text(LongLength())); return true;
            case 'T': Push(Latin(Length(Take(4)))); return true;
            case 'U': Push(Latin(Byte())); return true;
            case 'C': _ = Take(Byte()); Push(Bytes); return true;
            case 'B': _ = Take(Length(Take(4))); Push(Bytes); return true;
            case '\u008e': _ = Take(LongLength()); Push(Bytes); return true;
            default: return false;
        }
    }

    private bool Memo(char code)
    {
        switch (code)
        {
            case 'q': _memo[Byte()] = Peek(); return true;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek(); return true;
            case '\u0094': _memo[(uint)_memo.Count] = Peek(); return true;
            case 'h': Push(Remembered(Byte())); return true;
            case 'j': Push(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); return true;
            default: return false;
        }
    }

    private object? Remembered(uint index) => _memo.TryGetValue(index, out object? value) ? value : throw Bad($"it refers to the value {index}, which it has not made");

    /// <summary>Whole numbers are long, as far as they fit.</summary>
    private void PushInteger(int length)
    {
        if (length > LongestInteger) throw Bad($"a whole number has {length} bytes");
        BigInteger value = new(Take(length));
        if (value >= long.MinValue && value <= long.MaxValue) Push((long)value);
        else Push(value);
    }

    private void StackGlobal()
    {
        object?[] names = Pop(2);
        Push(names is [string module, string name] ? _meaning.Named(new PyGlobal(module, name)) : throw Bad("a name is not text"));
    }

    private void Call()
    {
        object?[] call = Pop(2);
        Push(call switch
        {
            [PyGlobal function, PyTuple arguments] => _meaning.Call(function, arguments),
            [PyOpaque value, PyTuple] => value,
            _ => throw Bad("something is called that is no function"),
        });
    }

    private void NewObject() => Push(Pop(3) is [PyOpaque value, PyTuple, PyDict] ? value : throw Bad("something is called that is no function"));

    /// <summary>The attributes of a value, such as the <c>_metadata</c> of a state dict (versions of its modules): weights are not among them.</summary>
    private void Build()
    {
        Pop();
        if (Peek() is not (PyDict or PyOpaque)) throw Bad("attributes are set on something that is no dict");
    }

    private void AddTo(object?[] values)
    {
        if (Peek() is not PyOpaque) throw Bad($"{values.Length} values are added to something that is no set");
    }

    private void AppendTo(object?[] values)
    {
        if (Peek() is PyOpaque) return;
        if (Peek() is not PyList list) throw Bad("values are appended to something that is no list");
        list.Items.AddRange(values);
    }

    private void SetItems(object?[] values)
    {
        if (Peek() is PyOpaque) return;
        if (Peek() is not PyDict dict) throw Bad("items are set in something that is no dict");
        if (values.Length % 2 != 0) throw Bad("a key has no value");
        for (int i = 0; i < values.Length; i += 2) dict.Items.Add((values[i], values[i + 1]));
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek()
    {
        Require(1);
        return _stack[^1];
    }

    private object? Pop()
    {
        Require(1);
        object? value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] Pop(int count)
    {
        Require(count);
        return CutAt(_stack.Count - count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0) throw Bad("a mark is missing");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return CutAt(mark);
    }

    private object?[] CutAt(int start)
    {
        object?[] values = [.. _stack.Skip(start)];
        _stack.RemoveRange(start, values.Length);
        return values;
    }

    /// <summary>What stands below an open mark belongs to it.</summary>
    private void Require(int count)
    {
        if (_stack.Count - (_marks.Count > 0 ? _marks[^1] : 0) < count) throw Bad("a value is missing on its stack");
    }

    private string Text(int length)
    {
        try
        {
            return Utf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Bad("a text is not valid UTF-8");
        }
    }

    private string Latin(int length) => Encoding.Latin1.GetString(Take(length));

    private string Line()
    {
        ReadOnlySpan<byte> rest = _data.Span[_position..];
        int end = rest[..Math.Min(rest.Length, LongestLine)].IndexOf((byte)'\n');
        if (end < 0) throw Bad("a name does not end");
        string line = Text(end);
        _position++;
        return line;
    }

    private static int Length(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    private int LongLength() => BinaryPrimitives.ReadInt64LittleEndian(Take(8)) is var length and >= 0 and <= int.MaxValue ? (int)length : throw Bad("a text is longer than the file");

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _data.Length - _position) throw Bad("it ends too early");
        _position += count;
        return _data.Span.Slice(_position - count, count);
    }

    private PickleException Bad(string what) => new($"the pickle is damaged at byte {_position}: {what}");
}
