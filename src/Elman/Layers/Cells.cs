namespace Elman;

/// <summary>Simple recurrent layers with tanh; see <see cref="RnnUnit"/>.</summary>
/// <inheritdoc cref="Recurrent{TUnit}(int, int, RandomStream, RecurrentOptions?)"/>
public sealed class Rnn(int inputSize, int hiddenSize, RandomStream random, RecurrentOptions? options = null)
    : Recurrent<RnnUnit>(inputSize, hiddenSize, random, options);

/// <summary>Long short-term memory layers; see <see cref="LstmUnit"/>.</summary>
/// <inheritdoc cref="Recurrent{TUnit}(int, int, RandomStream, RecurrentOptions?)"/>
public sealed class Lstm(int inputSize, int hiddenSize, RandomStream random, RecurrentOptions? options = null)
    : Recurrent<LstmUnit>(inputSize, hiddenSize, random, options);

/// <summary>Gated recurrent layers, reset after the product; see <see cref="GruUnit"/>.</summary>
/// <inheritdoc cref="Recurrent{TUnit}(int, int, RandomStream, RecurrentOptions?)"/>
public sealed class Gru(int inputSize, int hiddenSize, RandomStream random, RecurrentOptions? options = null)
    : Recurrent<GruUnit>(inputSize, hiddenSize, random, options);

/// <summary>One step of the simple recurrent cell with tanh; see <see cref="RnnUnit"/>.</summary>
/// <inheritdoc cref="RecurrentCell{TUnit}(int, int, RandomStream, bool)"/>
public sealed class RnnCell(int inputSize, int hiddenSize, RandomStream random, bool bias = true)
    : RecurrentCell<RnnUnit>(inputSize, hiddenSize, random, bias);

/// <summary>One step of long short-term memory; see <see cref="LstmUnit"/>.</summary>
/// <inheritdoc cref="RecurrentCell{TUnit}(int, int, RandomStream, bool)"/>
public sealed class LstmCell(int inputSize, int hiddenSize, RandomStream random, bool bias = true)
    : RecurrentCell<LstmUnit>(inputSize, hiddenSize, random, bias);

/// <summary>One step of the gated recurrent cell, reset after the product; see <see cref="GruUnit"/>.</summary>
/// <inheritdoc cref="RecurrentCell{TUnit}(int, int, RandomStream, bool)"/>
public sealed class GruCell(int inputSize, int hiddenSize, RandomStream random, bool bias = true)
    : RecurrentCell<GruUnit>(inputSize, hiddenSize, random, bias);

/// <summary>The cells that command and model file know by name.</summary>
public static class Cells
{
    private static readonly Lock Changing = new();
    private static readonly OrderedDictionary<string, Registration> Registered = [];

    static Cells()
    {
        Register<RnnUnit>((inputs, hidden, random, options) => new Rnn(inputs, hidden, random, options));
        Register<ReluRnnUnit>();
        Register<LstmUnit>((inputs, hidden, random, options) => new Lstm(inputs, hidden, random, options));
        Register<GruUnit>((inputs, hidden, random, options) => new Gru(inputs, hidden, random, options));
        Register<OriginalGruUnit>();
    }

    /// <summary>All names, in the order of registration.</summary>
    public static IReadOnlyCollection<string> Names
    {
        get
        {
            lock (Changing) return [.. Registered.Keys];
        }
    }

    /// <summary>Makes a cell of your own known by its name, before models with it are made or loaded by name.</summary>
    /// <exception cref="ArgumentException">Another cell has the name.</exception>
    public static void Register<TUnit>()
        where TUnit : struct, IRecurrentUnit => Register<TUnit>((inputs, hidden, random, options) => new Recurrent<TUnit>(inputs, hidden, random, options));

    private static void Register<TUnit>(Func<int, int, RandomStream, RecurrentOptions?, RecurrentLayer> make)
        where TUnit : struct, IRecurrentUnit
    {
        Registration own = new(typeof(TUnit), make, (inputs, hidden, random) => new DecayRecurrent<TUnit>(inputs, hidden, random));
        lock (Changing)
        {
            if (!Registered.TryAdd(TUnit.Name, own) && Registered[TUnit.Name].Unit != typeof(TUnit))
                throw new ArgumentException($"the name '{TUnit.Name}' of {typeof(TUnit)} is that of {Registered[TUnit.Name].Unit}; a cell of your own needs a name of its own");
        }
    }

    /// <summary>A recurrent layer with the cell of that name.</summary>
    /// <exception cref="ElmanException">No cell has the name.</exception>
    public static RecurrentLayer Create(string name, int inputSize, int hiddenSize, RandomStream random, RecurrentOptions? options = null) =>
        Find(name).Make(inputSize, hiddenSize, random, options);

    /// <summary>A <see cref="DecayRecurrent{TUnit}"/> with the cell of that name.</summary>
    /// <exception cref="ElmanException">No cell has the name.</exception>
    internal static Module CreateDecaying(string name, int inputSize, int hiddenSize, RandomStream random) => Find(name).MakeDecaying(inputSize, hiddenSize, random);

    private static Registration Find(string name)
    {
        lock (Changing)
            if (Registered.TryGetValue(name, out Registration? found)) return found;
        throw new ElmanException($"there is no cell '{name}'; known are {string.Join(", ", Names)}");
    }

    private sealed record Registration(Type Unit, Func<int, int, RandomStream, RecurrentOptions?, RecurrentLayer> Make, Func<int, int, RandomStream, Module> MakeDecaying);
}
