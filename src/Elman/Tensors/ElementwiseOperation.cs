using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>A function of two numbers.</summary>
internal interface IScalarOperation
{
    static abstract string Name { get; }

    static abstract float Of(float x, float y);
}

/// <summary>An operation of two spans that is one of their elements.</summary>
internal readonly struct Elementwise<TOperation> : IBinaryOperation
    where TOperation : struct, IScalarOperation
{
    public static string Name => TOperation.Name;

    public static void Apply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z)
    {
        for (int i = 0; i < z.Length; i++) z[i] = TOperation.Of(x[i], y[i]);
    }

    public static void Apply(ReadOnlySpan<float> x, float y, Span<float> z)
    {
        for (int i = 0; i < z.Length; i++) z[i] = TOperation.Of(x[i], y);
    }

    public static void Apply(float x, ReadOnlySpan<float> y, Span<float> z)
    {
        for (int i = 0; i < z.Length; i++) z[i] = TOperation.Of(x, y[i]);
    }
}

internal readonly struct IsGreater : IScalarOperation
{
    public static string Name => ">";

    public static float Of(float x, float y) => x > y ? 1 : 0;
}

internal readonly struct IsLess : IScalarOperation
{
    public static string Name => "<";

    public static float Of(float x, float y) => x < y ? 1 : 0;
}

internal readonly struct IsGreaterOrEqual : IScalarOperation
{
    public static string Name => ">=";

    public static float Of(float x, float y) => x >= y ? 1 : 0;
}

internal readonly struct IsLessOrEqual : IScalarOperation
{
    public static string Name => "<=";

    public static float Of(float x, float y) => x <= y ? 1 : 0;
}

internal readonly struct IsEqual : IScalarOperation
{
    public static string Name => "EqualTo";

    public static float Of(float x, float y) => x == y ? 1 : 0;
}

/// <summary>The first operand, repeated as the second's shape asks for it.</summary>
internal readonly struct First : IScalarOperation
{
    public static string Name => "Expand";

    public static float Of(float x, float y) => x;
}

internal readonly struct Greatest : IScalarOperation
{
    public static string Name => "Maximum";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float x, float y) => float.IsNaN(x) ? x : y > x || float.IsNaN(y) ? y : x;
}

internal readonly struct Least : IScalarOperation
{
    public static string Name => "Minimum";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(float x, float y) => float.IsNaN(x) ? x : y < x || float.IsNaN(y) ? y : x;
}

/// <summary>How much of the gradient of a choice between two goes to the first.</summary>
internal readonly struct ShareOf<TChoice> : IScalarOperation
    where TChoice : struct, IScalarOperation
{
    public static string Name => TChoice.Name;

    public static float Of(float x, float y) => x == y ? 0.5f : TChoice.Of(x, y) == x ? 1 : 0;
}

/// <summary>x^y, in double precision and then rounded.</summary>
internal readonly struct Power : IScalarOperation
{
    public static string Name => "Pow";

    public static float Of(float x, float y) => (float)Math.Pow(x, y);
}

/// <summary>∂x^y / ∂x = y x^(y − 1); 0 for y = 0, whatever x is.</summary>
internal readonly struct PowerSlopeOfBase : IScalarOperation
{
    public static string Name => "Pow";

    public static float Of(float x, float y) => y == 0 ? 0 : (float)(y * Math.Pow(x, (double)y - 1));
}

/// <summary>∂x^y / ∂y = x^y ln x; 0 for x = 0 and y ≥ 0.</summary>
internal readonly struct PowerSlopeOfExponent : IScalarOperation
{
    public static string Name => "Pow";

    public static float Of(float x, float y) => x == 0 && y >= 0 ? 0 : (float)(Math.Pow(x, y) * Math.Log(x));
}
