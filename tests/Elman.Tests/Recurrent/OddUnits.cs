namespace Elman.Tests.Recurrent;

/// <summary>How <see cref="AbsoluteUnit{TSign}"/> finds a sign.</summary>
internal interface ISign
{
    static abstract string Name { get; }

    static abstract V Of<V>(V value) where V : struct, IVector<V>;
}

internal readonly struct Clean : ISign
{
    public static string Name => "clean";

    public static V Of<V>(V value) where V : struct, IVector<V> => V.Select(V.LessThan(value, V.Zero), -V.One, V.One);
}

internal readonly struct Poisonous : ISign
{
    public static string Name => "poisonous";

    /// <summary>NaN for 0.</summary>
    public static V Of<V>(V value) where V : struct, IVector<V> => value / V.Abs(value);
}

/// <summary>h' = |W x + U h + b|.</summary>
internal readonly struct AbsoluteUnit<TSign> : IRecurrentUnit
    where TSign : ISign
{
    public static string Name => "absolute-" + TSign.Name;

    public static int Gates => 1;

    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V> => next[0] = gates[0] * TSign.Of(gates[0]);

    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        gates[0] = gradient[0] * TSign.Of(gates[0]);
        gradient[0] = V.Zero;
    }
}

/// <summary>Counts that no cell can have.</summary>
internal interface ICounts
{
    static abstract (int Gates, int LateGates, bool Recurs, bool SeparateProduct) Counts { get; }
}

internal readonly struct NoGates : ICounts
{
    public static (int, int, bool, bool) Counts => (0, 0, true, false);
}

internal readonly struct OnlyLateGates : ICounts
{
    public static (int, int, bool, bool) Counts => (2, 2, true, false);
}

internal readonly struct ApartFromNothing : ICounts
{
    public static (int, int, bool, bool) Counts => (2, 0, false, true);
}

internal readonly struct BrokenUnit<TCounts> : IRecurrentUnit
    where TCounts : ICounts
{
    public static string Name => "broken";

    public static int Gates => TCounts.Counts.Gates;

    public static int LateGates => TCounts.Counts.LateGates;

    public static bool Recurs => TCounts.Counts.Recurs;

    public static bool SeparateProduct => TCounts.Counts.SeparateProduct;

    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V> => throw new NotSupportedException();

    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V> => throw new NotSupportedException();
}

/// <summary>A cell under a name that is taken.</summary>
internal readonly struct Impostor : IRecurrentUnit
{
    public static string Name => "lstm";

    public static int Gates => 1;

    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V> => throw new NotSupportedException();

    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V> => throw new NotSupportedException();
}
